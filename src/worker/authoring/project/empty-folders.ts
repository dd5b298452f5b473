import { lstat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Diagnostic } from '../../../shared/model.ts';
import { escapeInvisibleCharacters } from '../../paths/invisible-characters.ts';
import { checkPath } from '../../paths/path-safety.ts';
import type { Manifest, ManifestPattern } from '../manifest/manifest.ts';
import { PathSet } from '../selection/path-set.ts';
import type { ProjectFile } from './project.ts';
import { manifestFolder } from '../selection/manifest-folder.ts';

/** Entries of the lists that are checked: each is one look at the disk. */
const MAX_CHECKED_ENTRIES = 200;

/** Warns of folders that the manifest names, but of which the release has nothing. */
export async function emptyFolderDiagnostics(
  root: string,
  files: readonly ProjectFile[],
  manifest: Manifest,
): Promise<Diagnostic[]> {
  const named = namedPaths(manifest).slice(0, MAX_CHECKED_ENTRIES);
  if (named.length === 0) return [];
  const packed = new PathSet(files.map(({ path }) => path));
  const found = named.map(async ({ key, value, line }): Promise<Diagnostic[]> => {
    const path = posix.join(manifestFolder(manifest), value).replace(/\/$/, '');
    if (checkPath(path) !== undefined || packed.has(path) || packed.hasBelow(path)) return [];
    const stat = await lstat(join(root, path)).catch(() => undefined);
    if (stat?.isDirectory() !== true) return [];
    const message =
      `\`${key}\` names the folder "${escapeInvisibleCharacters(value)}", but it holds no file to publish, and a release cannot carry an empty folder. ` +
      'Build the project first, or add a file to it.';
    return [{ severity: 'warning', code: 'folder-empty', message, path: manifest.path, line, column: 1 }];
  });
  return (await Promise.all(found)).flat();
}

/** What the lists of the manifest name without wildcards. */
function namedPaths({ include = [], npm, cargo }: Manifest): (ManifestPattern & { readonly key: string })[] {
  const files = (npm?.files ?? []).map((value) => ({ value, line: 1, key: 'files' }));
  const listed = [...include, ...(cargo?.include ?? [])].map((pattern) => ({ ...pattern, key: 'include' }));
  return [...files, ...listed].filter(({ value }) => !/[*?[\]{}!]/.test(value));
}
