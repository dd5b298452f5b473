/** Runs the suite in the extension host of a real VS Code, opened on a copy of the sample project. */
import { writeReport } from '../../../scripts/test/report.ts';
import { launchBrowser } from '../../../scripts/lib/launch-browser.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { startVsCodeServer } from '../../../scripts/lib/vscode-server.ts';
import { workbenchUrl } from '../../../scripts/lib/workbench-url.ts';
import { bundleHostSuite } from './host-bundle.ts';
import { HostPrinter } from './host-printer.ts';
import { copyExample } from './project.ts';
import { testSettings } from './settings.ts';

/** Timeout of the whole suite. */
const TIMEOUT_MS = 180_000;

async function main(): Promise<number> {
  await using cleanup = new AsyncDisposableStack();
  const tests = await bundleHostSuite();
  const project = await copyExample();
  cleanup.defer(() => project.remove());
  const server = await startVsCodeServer({ settings: testSettings(), smokeTest: true });
  cleanup.defer(() => server.stop());
  const browser = await launchBrowser();
  cleanup.defer(() => browser.close());

  const printer = new HostPrinter();
  const page = await browser.newPage();
  const { promise: exit, resolve } = Promise.withResolvers<number>();
  const timer = setTimeout(() => {
    resolve(1);
  }, TIMEOUT_MS);
  cleanup.defer(() => {
    clearTimeout(timer);
  });
  // The workbench calls these two functions when it runs extension tests.
  await page.exposeFunction('codeAutomationExit', (code: number) => {
    resolve(code);
  });
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
    printer.readLine(args.map(String).join(' '));
  });
  await page.goto(workbenchUrl(server.url, { folder: project.folder, extension: ROOT, tests }));
  const code = await exit;
  printer.printSummary();
  writeReport(printer.report());
  return code === 0 && printer.report().failed === 0 ? 0 : 1;
}

process.exitCode = await main();
