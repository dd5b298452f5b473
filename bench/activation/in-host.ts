/** Runs inside the extension host of a real VS Code and prints one line with what it measured. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { median } from '../figure.ts';
import { ACTIVATION_MARK } from './mark.ts';
import type { ActivationTimes } from './mark.ts';

const EXTENSION = 'ggen.ggen-p2p';
/** Extensions that come with VS Code and do a comparable job at their start; the first that is not active yet. */
const COMPARED = ['vscode.markdown-language-features', 'vscode.npm', 'vscode.merge-conflict', 'vscode.git'];
const SAMPLE_COUNT = 5;

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<{ readonly activationTime: number } | undefined>(EXTENSION);
  const hooks = await extension?.activate();
  if (extension === undefined || hooks === undefined) throw new Error(`${EXTENSION} has no test hooks.`);
  const other = COMPARED.map((id) => vscode.extensions.getExtension(id)).find((found) => found?.isActive === false);
  if (other === undefined) throw new Error('All extensions to compare with are active already.');
  const began = performance.now();
  await other.activate();
  const times: ActivationTimes = {
    load: loadTime(join(extension.extensionPath, 'dist', 'extension.cjs')),
    activate: hooks.activationTime,
    other: { id: other.id, time: performance.now() - began },
  };
  console.log(ACTIVATION_MARK + JSON.stringify(times));
}

/**
 * Reading and running the bundle, in processor time of this thread, which a busy machine does not stretch. Afresh each
 * time, because the first load of all cannot be seen from here.
 */
function loadTime(path: string): number {
  const samples: number[] = [];
  for (let round = 0; round < SAMPLE_COUNT; round++) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the cache of modules is an object of paths
    delete require.cache[require.resolve(path)];
    const before = process.threadCpuUsage();
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- this is how the host loads an extension
    require(path);
    const { user, system } = process.threadCpuUsage(before);
    samples.push((user + system) / 1_000);
  }
  return median(samples);
}
