import { posix } from 'node:path';
import { LOCK_FILE } from '../../install/lock/lock-file.ts';
import type { Manifest } from '../manifest/manifest.ts';

/** Whether the manifest names the lock file itself among the files to publish; a pattern that matches it is not enough. */
export function includesLock(manifest: Manifest | undefined): boolean {
  const include = [...(manifest?.include ?? []), ...(manifest?.cargo?.include ?? [])];
  const patterns = [...include.map(({ value }) => value), ...(manifest?.npm?.files ?? [])];
  return patterns.some((pattern) => posix.normalize(`/${pattern}`) === `/${LOCK_FILE}`);
}
