import { posix } from 'node:path';
import type { Manifest } from '../manifest/manifest.ts';

/**
 * Paths that the manifest names themselves among the files to publish, relative to the project. Patterns are among
 * them, and equal no path that they only match.
 */
export function namedFiles(manifest: Manifest | undefined): ReadonlySet<string> {
  const include = [...(manifest?.include ?? []), ...(manifest?.cargo?.include ?? [])];
  const patterns = [...include.map(({ value }) => value), ...(manifest?.npm?.files ?? [])];
  return new Set(patterns.map((pattern) => posix.normalize(`/${pattern}`).slice(1)));
}
