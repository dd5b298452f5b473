import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { launchBrowser } from '../../scripts/lib/launch-browser.ts';
import { OUT, ROOT } from '../../scripts/lib/paths.ts';
import { startVsCodeServer } from '../../scripts/lib/vscode-server.ts';
import { workbenchUrl } from '../../scripts/lib/workbench-url.ts';
import type { Figure } from '../figure.ts';
import { installEmptyExtensions } from './empty-extensions.ts';
import type { ActivationTimes } from './mark.ts';
import { ACTIVATION_MARK } from './mark.ts';

const BOUND_MS = 90_000;

/** Measures how long loading and activating the extension occupies the extension host's thread in a real VS Code. */
export async function measureActivation(): Promise<readonly Figure[]> {
  const { loads, activate, empty } = await measureInHost();
  return [
    {
      title: 'Activation: load and activate',
      unit: 'ms',
      rounds: loads.map((load, index) => ({ value: load + activate, baseline: empty[index] ?? NaN })),
      baseline: 'activating an empty extension',
      maxRatio: 24,
      aim: 30,
    },
  ];
}

async function measureInHost(): Promise<ActivationTimes> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const tests = await bundle();
  const server = await startVsCodeServer({ settings: { 'ggen.node.autoStart': false }, smokeTest: true });
  cleanup.defer(() => server.stop());
  await installEmptyExtensions(join(server.dataDir, 'extensions'));
  const browser = await launchBrowser();
  cleanup.defer(() => browser.close());
  const page = await browser.newPage();
  const { promise, resolve, reject } = Promise.withResolvers<ActivationTimes>();
  const timer = setTimeout(() => {
    reject(new Error('VS Code did not run the measurement in time.'));
  }, BOUND_MS);
  cleanup.defer(() => {
    clearTimeout(timer);
  });
  const lines: string[] = [];
  // The workbench calls these two functions when it runs extension tests.
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
    const text = args.map(String).join(' ');
    lines.push(text);
    const at = text.indexOf(ACTIVATION_MARK);
    if (at >= 0) resolve(JSON.parse(text.slice(at + ACTIVATION_MARK.length)) as ActivationTimes);
  });
  await page.exposeFunction('codeAutomationExit', () => {
    reject(new Error(`The measurement in VS Code failed:\n${lines.slice(-5).join('\n')}`));
  });
  await page.goto(workbenchUrl(server.url, { folder, extension: ROOT, tests }));
  return await promise;
}

async function bundle(): Promise<string> {
  const outfile = join(OUT, 'bench-activation.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'in-host.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  return outfile;
}
