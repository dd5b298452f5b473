/** Runs in the extension host of a real VS Code and prints one line with the measurement. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { TestHooks } from '../../src/extension/test-hooks.ts';
import { median } from '../figure.ts';
import { ACTIVATION_MARK } from './mark.ts';
import type { ActivationTimes } from './mark.ts';

const EXTENSION = 'ggen.ggen-p2p';
/** Built-in extensions with comparable work at their start; the first inactive one is measured. */
const COMPARED = ['vscode.markdown-language-features', 'vscode.npm', 'vscode.merge-conflict', 'vscode.git'];
const SAMPLE_COUNT = 5;

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<TestHooks | undefined>(EXTENSION);
  const hooks = await extension?.activate();
  if (extension === undefined || hooks === undefined) throw new Error(`${EXTENSION} has no test hooks.`);
  const other = COMPARED.map((id) => vscode.extensions.getExtension(id)).find((found) => found?.isActive === false);
  if (other === undefined) throw new Error('All extensions to compare with are active already.');
  const began = performance.now();
  await other.activate();
  const times: ActivationTimes = {
    load: loadTime(join(extension.extensionPath, 'dist', 'extension.cjs')),
    activate: hooks.activationMs,
    other: { id: other.id, time: performance.now() - began },
  };
  console.log(ACTIVATION_MARK + JSON.stringify(times));
}

/**
 * Median processor time of this thread for loading the bundle, in milliseconds; a busy machine does not change it. The
 * module is loaded again, because the extension host has loaded it before this code runs.
 */
function loadTime(path: string): number {
  const load = createRequire(path);
  const samples: number[] = [];
  for (let round = 0; round < SAMPLE_COUNT; round++) {
    Reflect.deleteProperty(load.cache, load.resolve(path));
    const before = process.threadCpuUsage();
    load(path);
    const { user, system } = process.threadCpuUsage(before);
    samples.push((user + system) / 1_000);
  }
  return median(samples);
}
