import { posix } from 'node:path';
import ignore from 'ignore';
import type { Manifest } from '../manifest/manifest.ts';
import { parsePatternList } from '../../../ignore/ignore-patterns.ts';

/** Without these a package cannot be read or used, so an allow-list need not name them. */
const ALWAYS_INCLUDED_FILE = /^(?:readme|licen[cs]e|copying|notice|changelog)(?:[.-].*)?$/i;

/** Whether a file, by its path, is on the manifest's allow-list. Without one every file is. */
export function allowList(manifest: Manifest | undefined): (path: string) => boolean {
  if (manifest?.include === undefined) return () => true;
  const folder = manifestFolder(manifest);
  const patterns = parsePatternList(manifest.include, folder);
  const matcher = ignore({ ignorecase: false }).add(patterns.map((pattern) => ({ pattern })));
  return (path) =>
    path === manifest.path || path === manifest.readme || isAlwaysIncluded(path, folder) || matcher.ignores(path);
}

/** The manifest's folder from the root on; empty for the root. */
export function manifestFolder(manifest: Manifest): string {
  const folder = posix.dirname(manifest.path);
  return folder === '.' ? '' : folder;
}

function isAlwaysIncluded(path: string, folder: string): boolean {
  const place = posix.dirname(path);
  return (place === '.' ? '' : place) === folder && ALWAYS_INCLUDED_FILE.test(posix.basename(path));
}
