/** `npm run package`: dist/ggen-p2p-<version>.vsix, checked: its files, its size, and that VS Code installs it. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { runTask, TaskError } from './lib/run-task.ts';
import { DIST, ROOT } from './lib/paths.ts';
import { collectOutput, exitOf, spawnOwned } from './lib/processes.ts';
import { ensureVsCode } from './lib/vscode-install.ts';
import { vsce } from './lib/vsce.ts';
import { listingFaults, MAX_VSIX_BYTES } from './package/listing.ts';
import { writeReport } from './test/report.ts';

type Check = readonly [title: string, run: () => Promise<string>];

async function main(): Promise<number> {
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { name: string; version: string };
  const vsix = join(DIST, `${manifest.name}-${manifest.version}.vsix`);
  const checks: readonly Check[] = [
    ['is packed', () => pack(vsix)],
    ['is small', () => checkSize(vsix)],
    ['can be installed in VS Code, and contains nothing but what runs', () => checkInstallation(vsix)],
  ];
  let failed = 0;
  for (const [title, run] of checks) {
    try {
      console.log(`  ✔ The package ${title}: ${await run()}`);
    } catch (error) {
      failed++;
      console.log(`  ✘ The package ${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  writeReport({ passed: checks.length - failed, failed, pending: 0 });
  return failed === 0 ? 0 : 1;
}

async function pack(vsix: string): Promise<string> {
  await rm(vsix, { force: true });
  // Everything is bundled, so there are no dependencies to carry. There is no repository whose address links could get.
  const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  await vsce(['package', ...flags, '--out', vsix]);
  return relative(ROOT, vsix);
}

async function checkSize(vsix: string): Promise<string> {
  const size = await sizeOf(vsix);
  if (size > MAX_VSIX_BYTES) throw new TaskError(`it has ${size} bytes, more than ${MAX_VSIX_BYTES}.`);
  return `${size} bytes of at most ${MAX_VSIX_BYTES}`;
}

/** `stat`, with a message that makes sense where packing failed. */
async function sizeOf(vsix: string): Promise<number> {
  const { size } = await stat(vsix).catch(() => {
    throw new TaskError('there is no package.');
  });
  return size;
}

/** Install it with VS Code's own command line into a folder of its own, and look at what arrived. */
async function checkInstallation(vsix: string): Promise<string> {
  await sizeOf(vsix);
  const folder = await mkdtemp(join(tmpdir(), 'ggen-install-'));
  try {
    const installed = await install(vsix, folder);
    const faults = listingFaults(await filesBelow(installed));
    if (faults.length > 0) throw new TaskError(faults.join('\n    '));
    return basename(installed);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Path of the installed extension's folder, below `folder`. */
async function install(vsix: string, folder: string): Promise<string> {
  const program = join(await ensureVsCode(), 'out/server-main.js');
  const extensions = join(folder, 'extensions');
  const places = ['--server-data-dir', folder, '--extensions-dir', extensions];
  const args = [program, ...places, '--accept-server-license-terms', '--install-extension', vsix];
  const child = spawnOwned(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collectOutput(child);
  const code = await exitOf(child);
  const name = (await readdir(extensions).catch(() => [])).find((entry) => entry.startsWith('ggen.ggen-p2p-'));
  if (code !== 0 || name === undefined) throw new TaskError(output().trim().split('\n').slice(-5).join('\n'));
  return join(extensions, name);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

await runTask(main);
