/** Child processes that never outlive this one. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

/** How long a process may take to end after SIGTERM, in milliseconds. */
const DEFAULT_STOP_TIMEOUT_MS = 5_000;

const owned = new Set<ChildProcess>();

/**
 * Start a process as the head of a group of its own, so that what it starts ends with it. It is stopped when this
 * process ends, however that happens (SIGKILL excepted).
 */
export function spawnOwned(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  watchSignals();
  const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' });
  owned.add(child);
  child.once('exit', () => owned.delete(child));
  child.once('error', () => owned.delete(child));
  return child;
}

/** Wait for a process to end. Its exit code; 1 when a signal ended it. Rejects when it could not be started. */
export function exitOf(child: ChildProcess): Promise<number> {
  // One that could not be started has no id, and is about to tell why.
  if (hasEnded(child) && child.pid !== undefined) return Promise.resolve(child.exitCode ?? 1);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}

/** Gather what a process prints on both its outputs; the function returns it so far. */
export function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  return () => text;
}

/** Ask a process and its group to end, and see to it when they have not in time (5 s when left out). */
export async function stop(child: ChildProcess, timeoutMs = DEFAULT_STOP_TIMEOUT_MS): Promise<void> {
  if (!hasEnded(child)) {
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve();
      });
    });
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => {
      signalGroup(child, 'SIGKILL');
    }, timeoutMs);
    await ended;
    clearTimeout(timer);
  }
  signalGroup(child, 'SIGKILL');
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** Send a signal to the rest of the process group; on Windows, which has no groups, to the process itself. */
function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is empty already.
  }
}

let watching = false;

function watchSignals(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const child of owned) signalGroup(child, 'SIGKILL');
  });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    // A program that shuts down by itself has a listener of its own, and that one ends the process.
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
  }
}
