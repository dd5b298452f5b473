/** Runs in the extension host of a real VS Code and prints one line with the measurement. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { TestHooks } from '../../src/extension/test-hooks.ts';
import { ACTIVATION_MARK, EMPTY_EXTENSIONS, EMPTY_PUBLISHER } from './mark.ts';
import type { ActivationTimes } from './mark.ts';

const EXTENSION = 'ggen.ggen-p2p';
const QUIET_MS = 500;
const QUIET_TIMEOUT_MS = 30_000;
const MAX_QUIET_UTILIZATION = 0.02;

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<TestHooks | undefined>(EXTENSION);
  const hooks = await extension?.activate();
  if (extension === undefined || hooks === undefined) throw new Error(`${EXTENSION} has no test hooks.`);
  const bundle = join(extension.extensionPath, 'dist', 'extension.cjs');
  await quiet();
  const [first, ...others] = EMPTY_EXTENSIONS;
  await activateEmpty(first ?? '');
  const loads: number[] = [];
  const empty: number[] = [];
  for (const name of others) {
    loads.push(loadTime(bundle));
    empty.push(await activateEmpty(name));
  }
  const times: ActivationTimes = { loads, activate: hooks.activationMs, empty };
  console.log(ACTIVATION_MARK + JSON.stringify(times));
}

/** Until the extensions that start with the window have started, and this thread has nothing to do. */
async function quiet(): Promise<void> {
  const end = performance.now() + QUIET_TIMEOUT_MS;
  while (performance.now() < end) {
    const before = performance.eventLoopUtilization();
    await delay(QUIET_MS);
    if (performance.eventLoopUtilization(before).utilization < MAX_QUIET_UTILIZATION) return;
  }
}

/** Processor time of this thread from the question for an extension to the end of its `activate`. */
async function activateEmpty(name: string): Promise<number> {
  const extension = vscode.extensions.getExtension(`${EMPTY_PUBLISHER}.${name}`);
  if (extension?.isActive !== false) throw new Error(`The extension ${name} is missing, or active already.`);
  const before = process.threadCpuUsage();
  await extension.activate();
  return processorTime(before);
}

/**
 * Median processor time of this thread for loading the bundle, in milliseconds; a busy machine does not change it. The
 * module is loaded again, because the extension host has loaded it before this code runs.
 */
function loadTime(path: string): number {
  const load = createRequire(path);
  Reflect.deleteProperty(load.cache, load.resolve(path));
  const before = process.threadCpuUsage();
  load(path);
  return processorTime(before);
}

/** Processor time of this thread since `before`, in milliseconds. */
function processorTime(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
