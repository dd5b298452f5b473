import { lstat, realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { isVersionControlData } from '../../../ignore/always-excluded.ts';

/** Links to folders on one path. A project has few; more are a mistake or an attack. */
const MAX_LINK_DEPTH = 8;
/** Links to folders that one scan follows. Folders that link to one another may have paths without end. */
const MAX_FOLDER_LINKS = 1_000;

/** Where a symbolic link leads, or why it is not followed. */
export type LinkTarget = { readonly path: string; readonly isFolder: boolean } | { readonly skip: string };

/**
 * Follows symbolic links inside a repository. What they lead to is published as content, because a release has no links
 * and would lack those files otherwise.
 */
export class RepositoryLinks {
  /** The folder out of which no link is followed. */
  readonly boundary: string;
  readonly #what: string;
  #folderLinks = 0;

  /**
   * @param boundary absolute, links resolved
   * @param what the boundary is, for messages
   */
  constructor(boundary: string, what: 'project' | 'repository') {
    this.boundary = boundary;
    this.#what = what;
  }

  /**
   * @param link absolute path
   * @param via the real paths of the folders that lead to the link: the one that has it, and those of the links before
   * @returns the absolute path of the target, links resolved
   */
  async resolve(link: string, via: readonly string[]): Promise<LinkTarget> {
    try {
      const path = await realpath(link);
      const inside = relative(this.boundary, path).split(sep);
      if (inside[0] === '..' || path === inside.join(sep)) return { skip: `symbolic link out of the ${this.#what}` };
      if (inside.some(isVersionControlData)) return { skip: 'symbolic link to data of version control' };
      const stat = await lstat(path);
      if (stat.isFile()) return { path, isFolder: false };
      return stat.isDirectory() ? this.#folderTarget(path, via) : { skip: 'symbolic link to a special file' };
    } catch (error) {
      return { skip: unresolvedReason(error) };
    }
  }

  #folderTarget(path: string, via: readonly string[]): LinkTarget {
    const prefix = path.endsWith(sep) ? path : path + sep;
    if (via.some((folder) => folder === path || folder.startsWith(prefix)))
      return { skip: 'symbolic link to a folder that contains it' };
    if (via.length > MAX_LINK_DEPTH) return { skip: `symbolic link below ${MAX_LINK_DEPTH} others` };
    if (++this.#folderLinks > MAX_FOLDER_LINKS)
      return { skip: `more than ${MAX_FOLDER_LINKS} symbolic links to folders` };
    return { path, isFolder: true };
  }
}

function unresolvedReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'symbolic link to nothing';
  return code === 'ELOOP' ? 'symbolic link to itself' : 'symbolic link to something that cannot be read';
}
