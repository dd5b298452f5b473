/**
 * `npm run test:desktop`: runs the suite in the extension host of desktop VS Code. VSCODE_PATH names the executable of
 * an installed one; otherwise VS Code is downloaded once.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { downloadAndUnzipVSCode, runTests, TestRunFailedError } from '@vscode/test-electron';
import { runTask, TaskError } from '../../../scripts/lib/run-task.ts';
import { CACHE, ROOT } from '../../../scripts/lib/paths.ts';
import { hasDisplay } from '../../../scripts/start/desktop.ts';
import { writeReport } from '../../../scripts/test/report.ts';
import { bundleHostSuite } from './host-bundle.ts';
import { HostPrinter } from './host-printer.ts';
import { copyExample } from './project.ts';
import { testSettings } from './settings.ts';

async function main(): Promise<number> {
  if (!hasDisplay()) throw new TaskError('Desktop VS Code needs a display: run `xvfb-run -a npm run test:desktop`.');
  const executable = await desktopVsCode();
  await using cleanup = new AsyncDisposableStack();
  const tests = await bundleHostSuite();
  const project = await copyExample();
  cleanup.defer(() => project.remove());
  // Short, because VS Code creates a socket in it, and a socket's path is limited to about 100 characters.
  const data = await mkdtemp(join(tmpdir(), 'ggen-d-'));
  cleanup.defer(() => rm(data, { recursive: true, force: true, maxRetries: 5 }));
  await writeSettings(data);

  const printer = new HostPrinter();
  const code = await runSuite(executable, tests, [project.folder, ...launchArguments(data)], printer);
  printer.printSummary();
  writeReport(printer.report());
  return code === 0 && printer.report().failed === 0 ? 0 : 1;
}

/** Path of VS Code's executable. */
async function desktopVsCode(): Promise<string> {
  const installed = process.env['VSCODE_PATH'];
  if (installed !== undefined && installed !== '') return installed;
  try {
    return await downloadAndUnzipVSCode({ version: 'stable', cachePath: join(CACHE, 'vscode-desktop') });
  } catch (error) {
    throw new TaskError(
      `Desktop VS Code could not be downloaded (${error instanceof Error ? error.message : String(error)}): let VSCODE_PATH name the executable of an installed one, or run \`npm test -- editor\`, which needs the npm registry only.`,
    );
  }
}

async function writeSettings(data: string): Promise<void> {
  const path = join(data, 'User', 'settings.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify({ ...testSettings(), 'ggen.node.dataFolder': join(data, 'node') }));
}

function launchArguments(data: string): string[] {
  return [
    ...['--user-data-dir', data, '--extensions-dir', join(data, 'extensions')],
    ...['--disable-workspace-trust', '--disable-gpu', '--skip-welcome', '--skip-release-notes'],
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
}

/** Returns the exit code of VS Code. */
async function runSuite(
  executable: string,
  tests: string,
  launchArgs: string[],
  printer: HostPrinter,
): Promise<number> {
  const stdout = new PassThrough();
  createInterface(stdout).on('line', (line) => {
    printer.readLine(line);
  });
  try {
    return await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: ROOT,
      extensionTestsPath: tests,
      launchArgs,
      stdout,
      stderr: new PassThrough().resume(),
    });
  } catch (error) {
    if (error instanceof TestRunFailedError) return error.code ?? 1;
    throw error;
  } finally {
    stdout.end();
  }
}

await runTask(main);
