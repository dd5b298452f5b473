import { posix } from 'node:path';
import ignore from 'ignore';
import type { Manifest } from '../manifest/manifest.ts';
import { LOCK_FILE } from '../../install/lock/lock-file.ts';
import { parsePatternList } from '../../../ignore/ignore-patterns.ts';

/** Always included, because a package is not usable without them. */
const ALWAYS_INCLUDED_FILE = /^(?:readme|licen[cs]e|copying|notice|changelog)(?:[.-].*)?$/i;

/** Returns whether a path is on the manifest's allow-list; without a list every path is. */
export function allowList(manifest: Manifest | undefined): (path: string) => boolean {
  if (manifest?.include === undefined) return () => true;
  const folder = manifestFolder(manifest);
  const patterns = parsePatternList(manifest.include, folder);
  const matcher = ignore({ ignorecase: false }).add(patterns.map((pattern) => ({ pattern })));
  return (path) =>
    path === manifest.path || path === manifest.readme || isAlwaysIncluded(path, folder) || matcher.ignores(path);
}

/** Whether the manifest names the lock file itself among the files to publish; a pattern that matches it is not enough. */
export function includesLock(manifest: Manifest | undefined): boolean {
  const patterns = [...(manifest?.include ?? []), ...(manifest?.npm?.files ?? [])];
  return patterns.some((pattern) => posix.normalize(`/${pattern}`) === `/${LOCK_FILE}`);
}

/** The manifest's folder relative to the root; empty for the root. */
export function manifestFolder(manifest: Manifest): string {
  const folder = posix.dirname(manifest.path);
  return folder === '.' ? '' : folder;
}

function isAlwaysIncluded(path: string, folder: string): boolean {
  const place = posix.dirname(path);
  return (place === '.' ? '' : place) === folder && ALWAYS_INCLUDED_FILE.test(posix.basename(path));
}
