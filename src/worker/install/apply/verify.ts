import { lstat } from 'node:fs/promises';
import type { InstallProgress } from '../../../shared/api.ts';
import type { InstalledState } from '../../../shared/model.ts';
import { localState } from '../disk/local-state.ts';
import { absolutePath } from '../disk/target.ts';
import { throttled } from '../../transfer/throttle.ts';
import type { RegistryContext } from '../../registry/context.ts';
import { installedFiles, verifiedBlocks } from '../plan/content.ts';
import { installedAt } from './single.ts';

/**
 * Compare every file of an installation with its release. What it finds is kept, so that lists can show it.
 *
 * @throws GgenError NotInstalled, and as `installedFiles` says
 */
export async function verifyInstalled(
  context: RegistryContext,
  at: string,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<InstalledState> {
  const path = absolutePath(at, 'The folder');
  const there = installedAt(context.catalogue.installs, path);
  const get = verifiedBlocks(context);
  const files = await installedFiles(context, there, get, signal);
  const isThere = (await lstat(path).catch(() => undefined))?.isDirectory() === true;
  const report = throttled(onProgress);
  let done = 0;
  const state = isThere
    ? await localState(files, path, {
        get,
        signal,
        onFile: () => {
          done++;
          report(() => ({ phase: 'verify', files: done, bytes: 0, totalFiles: files.length }));
        },
      })
    : { entries: [], missing: files.map((file) => file.path).sort() };
  const of = (wanted: string): string[] => state.entries.filter((one) => one.state === wanted).map((one) => one.path);
  const changed = of('changed');
  context.catalogue.installs.verified(path, changed.length + state.missing.length);
  context.onChange(there.id);
  return {
    id: there.id,
    version: there.version,
    path,
    files: files.length,
    changed,
    missing: state.missing,
    extra: of('extra'),
  };
}
