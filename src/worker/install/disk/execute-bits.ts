import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXECUTABLE_MODE } from '../../dag/nodes.ts';
import { STAGING_PREFIX } from './staging-prefix.ts';

const EXECUTE_BITS = 0o111;

/** Whether the mode of a file on disk has an execute bit. */
export function hasExecuteBit(mode: number): boolean {
  return (mode & EXECUTE_BITS) !== 0;
}

/** Whether a new file can have an execute bit, and whether a file can be without one. */
interface Support {
  readonly set: boolean;
  readonly unset: boolean;
}

/**
 * Compares execute bits in one folder. They count only where they can be kept: not on Windows, nor on file systems such
 * as FAT, whose files all have the same mode, nor with a umask that forbids them.
 */
export class ExecuteBits {
  readonly #folder: string;
  #support: Promise<Support> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether a file of the folder with this mode lost the bit of the release, or has one that the release lacks. */
  async differ(mode: number, executable: boolean): Promise<boolean> {
    if (process.platform === 'win32' || hasExecuteBit(mode) === executable) return false;
    const { set, unset } = await (this.#support ??= trySupport(this.#folder));
    return executable ? set : unset;
  }
}

/** Tries it with an empty file. In a folder that cannot be written, the bits are taken as they are. */
async function trySupport(folder: string): Promise<Support> {
  const path = join(folder, `${STAGING_PREFIX}${randomBytes(8).toString('hex')}`);
  const file = await open(path, 'wx', EXECUTABLE_MODE).catch(() => undefined);
  if (file === undefined) return { set: true, unset: true };
  try {
    const set = hasExecuteBit((await file.stat()).mode);
    await file.chmod(0o600);
    return { set, unset: !hasExecuteBit((await file.stat()).mode) };
  } catch {
    return { set: false, unset: false };
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}
