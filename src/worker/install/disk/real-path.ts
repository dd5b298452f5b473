import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Resolves the symbolic links of a path, so that a project or folder has one name. What does not exist keeps its name
 * below the nearest folder that does.
 *
 * @param path absolute and normalized
 */
export async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path === dirname(path) ? path : join(await realPath(dirname(path)), basename(path));
  }
}

/** Resolves the links above a path, but not the path itself, which may be a link that must not be followed. */
export async function realParentPath(path: string): Promise<string> {
  return path === dirname(path) ? path : join(await realPath(dirname(path)), basename(path));
}
