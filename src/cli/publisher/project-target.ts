import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { DraftRequest } from '../../shared/api/index.ts';
import { MANIFEST_FILES } from '../../shared/contributions.ts';

/** The project that a path names: a folder, or the manifest in it that is to be read. */
export async function projectTarget(path: string): Promise<Pick<DraftRequest, 'root' | 'manifest'>> {
  const absolute = resolve(path);
  const manifest = MANIFEST_FILES.find((name) => name === basename(absolute));
  const isFile = manifest !== undefined && (await stat(absolute).catch(() => undefined))?.isFile() === true;
  return isFile ? { root: dirname(absolute), manifest } : { root: absolute };
}
