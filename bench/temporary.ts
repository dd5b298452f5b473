import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Removes a folder also while processes that were just killed let go of it. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const;

/**
 * Do work that has a temporary folder of its own, which is removed at its end, also when a signal ends it.
 *
 * @param work gets the folder, and a signal that is aborted by Ctrl+C and the like: it stops what it started, and fails
 * @returns what the work returns; 130 and the like when a signal ended it
 */
export async function inTemporaryFolder(
  work: (folder: string, interrupted: AbortSignal) => Promise<number>,
): Promise<number> {
  // Short, because paths of sockets below it may have some hundred characters in all.
  const folder = mkdtempSync(join(tmpdir(), 'ggen-b-'));
  const remove = (): void => {
    rmSync(folder, REMOVAL);
  };
  process.once('exit', remove);
  const controller = new AbortController();
  let code: number | undefined;
  const interrupt = (signal: keyof typeof SIGNALS): void => {
    code = SIGNALS[signal];
    controller.abort();
  };
  const names = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  for (const name of names) process.on(name, interrupt);
  try {
    const result = await work(folder, controller.signal);
    return code ?? result;
  } catch (error) {
    if (code === undefined) throw error;
    return code;
  } finally {
    for (const name of names) process.off(name, interrupt);
    process.off('exit', remove);
    // Processes that this one owns end when it does, before what is registered only now.
    if (code === undefined) remove();
    else process.once('exit', remove);
  }
}

/** What the work returns; fails as soon as it is interrupted, whatever the work does then. */
export function unlessInterrupted<T>(work: Promise<T>, interrupted: AbortSignal): Promise<T> {
  const end = new Promise<never>((_resolve, reject) => {
    interrupted.addEventListener('abort', () => {
      reject(interrupted.reason as Error);
    });
  });
  return Promise.race([work, end]);
}

/** The folder in which this process and those that it starts make their temporary ones. */
export function temporaryEnvironment(folder: string): Readonly<Record<'TMPDIR' | 'TEMP' | 'TMP', string>> {
  return { TMPDIR: folder, TEMP: folder, TMP: folder };
}
