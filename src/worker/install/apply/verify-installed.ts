import { lstat } from 'node:fs/promises';
import type { InstallProgress } from '../../../shared/api/index.ts';
import type { InstallationCheck } from '../../../shared/model.ts';
import { localState } from '../disk/local-state.ts';
import type { LocalEntry } from '../disk/local-state.ts';
import { realPath } from '../disk/real-path.ts';
import { absolutePath } from '../disk/target.ts';
import type { FetchContentDeps } from '../../transfer/fetch-content.ts';
import { throttled } from '../../transfer/throttle.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { listInstalledFiles, verifiedBlockReader } from '../plan/installed-content.ts';
import { assertLockedRoots } from '../lock/lock-records.ts';
import { requireInstalledAt } from './install-release.ts';

/** Dependencies of `verifyInstalled`. */
export type VerifyInstalledDeps = FetchContentDeps & {
  readonly catalog: {
    readonly installs: Pick<Catalog['installs'], 'getByPath' | 'saveVerification'>;
    readonly packages: Pick<Catalog['packages'], 'seenRoots'>;
  };
  readonly onChange: (id: string) => void;
};

/**
 * Compares every file of an installation with its release. The result is saved, so that lists can show it.
 *
 * @throws GgenError NotInstalled, LockMismatch (the lock file names other content than the publisher signed), and the errors
 *   of `listInstalledFiles`
 */
export async function verifyInstalled(
  deps: VerifyInstalledDeps,
  at: string,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<InstallationCheck> {
  const path = await realPath(absolutePath(at, 'The folder'));
  const installed = await requireInstalledAt(deps, path);
  const { publisher, name, version } = installed;
  const signed = deps.catalog.packages.seenRoots(publisher, name, [version]).get(version);
  assertLockedRoots([installed], [{ publisher, name, version, root: signed ?? installed.root }], []);
  const get = verifiedBlockReader(deps);
  const files = await listInstalledFiles(deps, installed, get, signal);
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
  const pathsIn = (...kinds: readonly LocalEntry['state'][]): string[] =>
    state.entries.filter((one) => kinds.includes(one.state)).map((one) => one.path);
  const changed = pathsIn('changed', 'bit-lost', 'bit-added');
  deps.catalog.installs.saveVerification(path, changed.length + state.missing.length);
  deps.onChange(installed.id);
  return {
    id: installed.id,
    version: installed.version,
    path,
    files: files.length,
    changed,
    executeBits: { lost: pathsIn('bit-lost'), added: pathsIn('bit-added') },
    missing: state.missing,
    extra: pathsIn('extra'),
  };
}
