import { posix } from 'node:path';
import type { Manifest } from '../manifest/manifest.ts';

/** The manifest's folder relative to the root; empty for the root. */
export function manifestFolder({ path }: Pick<Manifest, 'path'>): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}
