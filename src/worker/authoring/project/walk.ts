import { constants, type Dirent } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlwaysExcluded } from '../../../ignore/always-excluded.ts';
import type { IgnoreRules } from '../../../ignore/rules.ts';
import { LIMITS } from '../../../shared/defaults.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { ProjectLimits } from '../../../shared/model.ts';
import { Budget } from './budget.ts';
import { STAGING_PREFIX } from '../../install/disk/staging-prefix.ts';
import { readIgnoreFile } from './ignore-files.ts';
import type { ProjectFile, SkippedEntry } from './project.ts';

/** Folders read at once. The thread pool of Node has four threads; a few more requests keep them busy. */
const FOLDERS_AT_ONCE = 8;
/** Entries of one folder looked at at once. */
const ENTRIES_AT_ONCE = 16;
/** More patterns than this are a mistake or an attack: each file is compared with each of them. */
const MOST_PATTERNS = 10_000;

export interface WalkOptions {
  readonly rules: IgnoreRules;
  /** Whether a file that no rule leaves out belongs to the release. */
  readonly allowed: (path: string) => boolean;
  readonly limits: ProjectLimits;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly files: number; readonly bytes: number }) => void) | undefined;
}

/** In no particular order. */
export interface Found {
  readonly files: ProjectFile[];
  readonly skipped: SkippedEntry[];
  /** Folders whose files would lie deeper than a release may nest; they were not entered. */
  readonly tooDeep: readonly string[];
}

interface Folder {
  /** Relative to the root, NFC; empty for the root itself. */
  readonly path: string;
  readonly absolutePath: string;
  readonly depth: number;
  readonly rules: IgnoreRules;
}

/**
 * Find the files below a folder that no rule leaves out. Links are not followed.
 *
 * @param root absolute
 * @throws GgenError ProjectTooLarge, InvalidRequest
 */
export async function walk(root: string, options: WalkOptions): Promise<Found> {
  const walker = new Walker(options);
  await walker.walk(root);
  return walker;
}

class Walker implements Found {
  readonly files: ProjectFile[] = [];
  readonly skipped: SkippedEntry[] = [];
  readonly tooDeep: string[] = [];
  readonly #options: WalkOptions;
  readonly #budget: Budget;
  readonly #queue: Folder[] = [];

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#budget = new Budget(options.limits);
  }

  async walk(root: string): Promise<void> {
    this.#queue.push({ path: '', absolutePath: root, depth: 0, rules: this.#options.rules });
    while (this.#queue.length > 0) {
      this.#options.signal?.throwIfAborted();
      // From the end: depth first, so that the queue stays short.
      const batch = this.#queue.splice(-FOLDERS_AT_ONCE);
      await Promise.all(batch.map((folder) => this.#folder(folder)));
      this.#options.onProgress?.({ files: this.#budget.files, bytes: this.#budget.bytes });
    }
  }

  async #folder(folder: Folder): Promise<void> {
    const entries = await readdir(folder.absolutePath, { withFileTypes: true }).catch((error: unknown) => {
      this.#skip(folder.path, unreadable(error));
      return [];
    });
    const inside = { ...folder, rules: await rulesInside(folder, entries) };
    for (let at = 0; at < entries.length; at += ENTRIES_AT_ONCE) {
      this.#options.signal?.throwIfAborted();
      await Promise.all(entries.slice(at, at + ENTRIES_AT_ONCE).map((entry) => this.#entry(inside, entry)));
    }
  }

  async #entry(folder: Folder, entry: Dirent): Promise<void> {
    if (isAlwaysExcluded(entry.name) || entry.name.startsWith(STAGING_PREFIX)) return;
    const path = (folder.path === '' ? '' : `${folder.path}/`) + entry.name.normalize('NFC');
    const absolutePath = join(folder.absolutePath, entry.name);
    if (folder.rules.ignores(path, entry.isDirectory())) return;
    if (entry.isDirectory()) this.#descend(folder, path, absolutePath);
    else if (!entry.isFile()) this.#skip(path, kindOf(entry));
    else if (this.#options.allowed(path)) await this.#file(path, absolutePath);
  }

  #descend(folder: Folder, path: string, absolutePath: string): void {
    const depth = folder.depth + 1;
    if (depth < LIMITS.pathDepth) this.#queue.push({ path, absolutePath, depth, rules: folder.rules });
    else this.tooDeep.push(path);
  }

  async #file(path: string, absolutePath: string): Promise<void> {
    try {
      const { size, mtimeMs } = await lstat(absolutePath);
      await access(absolutePath, constants.R_OK);
      this.#budget.add(path, size);
      this.files.push({ path, absolutePath, size, mtimeMs });
    } catch (error) {
      if (error instanceof GgenError) throw error;
      this.#skip(path, unreadable(error));
    }
  }

  #skip(path: string, reason: string): void {
    this.skipped.push({ path, reason });
  }
}

async function rulesInside(folder: Folder, entries: readonly Dirent[]): Promise<IgnoreRules> {
  const read = async (name: string): Promise<string | undefined> =>
    entries.some((entry) => entry.name === name) ? readIgnoreFile(join(folder.absolutePath, name)) : undefined;
  const rules = folder.rules.inside(folder.path, {
    gitignore: await read('.gitignore'),
    ggenignore: await read('.ggenignore'),
  });
  if (rules.size <= MOST_PATTERNS) return rules;
  throw new GgenError(
    'ProjectTooLarge',
    `The ignore files hold more than ${MOST_PATTERNS} patterns at ${folder.path}.`,
  );
}

function kindOf(entry: Dirent): string {
  if (entry.isSymbolicLink()) return 'symbolic link';
  if (entry.isSocket()) return 'socket';
  if (entry.isFIFO()) return 'named pipe';
  if (entry.isBlockDevice() || entry.isCharacterDevice()) return 'device';
  return 'not a regular file';
}

function unreadable(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' ? 'no permission to read it' : `cannot be read (${code ?? 'unknown'})`;
}
