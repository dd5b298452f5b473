import { constants, type Dirent } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlwaysExcluded } from '../../../ignore/always-excluded.ts';
import type { IgnoreRules } from '../../../ignore/ignore-rules.ts';
import { LIMITS } from '../../../shared/defaults.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { ProjectLimits } from '../../../shared/model.ts';
import { ProjectBudget } from './budget.ts';
import { STAGING_PREFIX } from '../../install/disk/staging-prefix.ts';
import { readIgnoreFile } from './read-ignore-file.ts';
import type { ProjectFile, SkippedEntry } from './project.ts';

/** Folders read at once: slightly more than Node's thread pool has threads, which keeps them busy. */
const MAX_CONCURRENT_FOLDERS = 8;
/** Entries of one folder examined at once. */
const MAX_CONCURRENT_ENTRIES = 16;
/** More patterns are a mistake or an attack, because each file is matched against all of them. */
const MAX_IGNORE_PATTERNS = 10_000;

export interface WalkOptions {
  readonly rules: IgnoreRules;
  /** Whether a file that no rule excludes belongs to the release. */
  readonly allowed: (path: string) => boolean;
  readonly limits: ProjectLimits;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly files: number; readonly bytes: number }) => void) | undefined;
}

/** Unsorted. */
export interface WalkResult {
  readonly files: ProjectFile[];
  readonly skipped: SkippedEntry[];
  /** Folders whose files would exceed the maximum depth; they are not entered. */
  readonly tooDeep: readonly string[];
}

interface Folder {
  /** Relative to the root, NFC; empty for the root. */
  readonly path: string;
  readonly absolutePath: string;
  readonly depth: number;
  readonly rules: IgnoreRules;
}

/**
 * Finds the files below a folder that no rule excludes. Links are not followed.
 *
 * @param root absolute
 * @throws GgenError ProjectTooLarge, InvalidRequest
 */
export async function walkProject(root: string, options: WalkOptions): Promise<WalkResult> {
  const walker = new ProjectWalker(options);
  await walker.walkProject(root);
  return walker;
}

class ProjectWalker implements WalkResult {
  readonly files: ProjectFile[] = [];
  readonly skipped: SkippedEntry[] = [];
  readonly tooDeep: string[] = [];
  readonly #options: WalkOptions;
  readonly #budget: ProjectBudget;
  readonly #queue: Folder[] = [];

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#budget = new ProjectBudget(options.limits);
  }

  async walkProject(root: string): Promise<void> {
    this.#queue.push({ path: '', absolutePath: root, depth: 0, rules: this.#options.rules });
    while (this.#queue.length > 0) {
      this.#options.signal?.throwIfAborted();
      // Taken from the end: depth-first order keeps the queue short.
      const batch = this.#queue.splice(-MAX_CONCURRENT_FOLDERS);
      await Promise.all(batch.map((folder) => this.#visitFolder(folder)));
      this.#options.onProgress?.({ files: this.#budget.files, bytes: this.#budget.bytes });
    }
  }

  async #visitFolder(visitFolder: Folder): Promise<void> {
    const entries = await readdir(visitFolder.absolutePath, { withFileTypes: true }).catch((error: unknown) => {
      this.#skip(visitFolder.path, unreadableReason(error));
      return [];
    });
    const inside = { ...visitFolder, rules: await rulesForFolder(visitFolder, entries) };
    for (let at = 0; at < entries.length; at += MAX_CONCURRENT_ENTRIES) {
      this.#options.signal?.throwIfAborted();
      await Promise.all(entries.slice(at, at + MAX_CONCURRENT_ENTRIES).map((entry) => this.#visitEntry(inside, entry)));
    }
  }

  async #visitEntry(folder: Folder, visitEntry: Dirent): Promise<void> {
    if (isAlwaysExcluded(visitEntry.name) || visitEntry.name.startsWith(STAGING_PREFIX)) return;
    const path = (folder.path === '' ? '' : `${folder.path}/`) + visitEntry.name.normalize('NFC');
    const absolutePath = join(folder.absolutePath, visitEntry.name);
    if (folder.rules.ignores(path, visitEntry.isDirectory())) return;
    if (visitEntry.isDirectory()) this.#descend(folder, path, absolutePath);
    else if (!visitEntry.isFile()) this.#skip(path, fileTypeOf(visitEntry));
    else if (this.#options.allowed(path)) await this.#addFile(path, absolutePath);
  }

  #descend(folder: Folder, path: string, absolutePath: string): void {
    const depth = folder.depth + 1;
    if (depth < LIMITS.pathDepth) this.#queue.push({ path, absolutePath, depth, rules: folder.rules });
    else this.tooDeep.push(path);
  }

  async #addFile(path: string, absolutePath: string): Promise<void> {
    try {
      const { size, mtimeMs } = await lstat(absolutePath);
      await access(absolutePath, constants.R_OK);
      this.#budget.add(path, size);
      this.files.push({ path, absolutePath, size, mtimeMs });
    } catch (error) {
      if (error instanceof GgenError) throw error;
      this.#skip(path, unreadableReason(error));
    }
  }

  #skip(path: string, reason: string): void {
    this.skipped.push({ path, reason });
  }
}

async function rulesForFolder(folder: Folder, entries: readonly Dirent[]): Promise<IgnoreRules> {
  const read = async (name: string): Promise<string | undefined> =>
    entries.some((entry) => entry.name === name) ? readIgnoreFile(join(folder.absolutePath, name)) : undefined;
  const rules = folder.rules.forFolder(folder.path, {
    gitignore: await read('.gitignore'),
    ggenignore: await read('.ggenignore'),
  });
  if (rules.size <= MAX_IGNORE_PATTERNS) return rules;
  throw new GgenError(
    'ProjectTooLarge',
    `The ignore files contain more than ${MAX_IGNORE_PATTERNS} patterns at ${folder.path}.`,
  );
}

function fileTypeOf(entry: Dirent): string {
  if (entry.isSymbolicLink()) return 'symbolic link';
  if (entry.isSocket()) return 'socket';
  if (entry.isFIFO()) return 'named pipe';
  if (entry.isBlockDevice() || entry.isCharacterDevice()) return 'device';
  return 'not a regular file';
}

function unreadableReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' ? 'permission denied' : `cannot be read (${code ?? 'unknown'})`;
}
