import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { skipIf } from './skip.ts';

const run = promisify(execFile);
/** A mount of its own for one process and its children, which goes with them. */
const MOUNT = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && shift 2 && exec "$@"';

/** Skip where this system does not let us mount a disk without being asked. */
export async function skipWithoutMounts(context: Mocha.Context): Promise<void> {
  const mounted = await inFolder((folder) => mount('1m', folder, ['true'])).then(
    () => true,
    () => false,
  );
  skipIf(context, !mounted, 'this user may not mount a disk here');
}

/**
 * Run a script with Node on a disk of its own; its arguments are the folder that is the disk, and `args`.
 *
 * @param size as tmpfs takes it, for example `6m`
 * @returns what it printed, as JSON
 */
export async function onSmallDisk(size: string, script: string, ...args: readonly string[]): Promise<unknown> {
  const printed = await inFolder((folder) => mount(size, folder, [process.execPath, script, folder, ...args]));
  return JSON.parse(printed) as unknown;
}

async function mount(size: string, folder: string, command: readonly string[]): Promise<string> {
  const { stdout } = await run('unshare', ['-Urm', 'sh', '-c', MOUNT, 'sh', size, folder, ...command]);
  return stdout;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-disk-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
