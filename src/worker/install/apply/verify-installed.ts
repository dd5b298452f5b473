import { lstat } from 'node:fs/promises';
import type { InstallProgress } from '../../../shared/api/index.ts';
import { errorName } from '../../../shared/errors.ts';
import type { InstallationCheck, InstalledPackage } from '../../../shared/model.ts';
import { folderRoot } from '../disk/folder-root.ts';
import { localState } from '../disk/local-state.ts';
import type { LocalEntry } from '../disk/local-state.ts';
import { realPath } from '../disk/real-path.ts';
import { absolutePath } from '../disk/target.ts';
import type { GetBlock, TreeFile } from '../disk/tree-files.ts';
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

/** No peer can be asked for the blocks of the release. */
const UNREACHABLE: readonly string[] = ['ContentUnavailable', 'NodeNotRunning', 'TimedOut'];

async function isRelease(
  { path, root, size, files }: InstalledPackage,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<boolean> {
  let done = 0;
  const report = throttled(onProgress);
  const onFile = (): void => {
    done++;
    report(() => ({ phase: 'verify', files: done, bytes: 0, totalFiles: files }));
  };
  const isThere = (await lstat(path).catch(() => undefined))?.isDirectory() === true;
  const found = isThere ? await folderRoot(path, { maxFiles: files, maxBytes: size, signal, onFile }) : undefined;
  return found?.root === root;
}

/**
 * Compares every file of an installation with its release. The result is saved, so that lists can show it. A folder that is
 * the release needs neither peers nor blocks: its content root is computed.
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
  const found = await compareWithRelease(deps, installed, signal, onProgress);
  deps.catalog.installs.saveVerification(path, found.changed.length + found.missing.length);
  deps.onChange(installed.id);
  return { id: installed.id, version, path, ...found };
}

type ComparedFiles = Omit<InstallationCheck, 'id' | 'version' | 'path'>;

async function compareWithRelease(
  deps: VerifyInstalledDeps,
  installed: InstalledPackage,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<ComparedFiles> {
  const get = verifiedBlockReader(deps);
  try {
    const files = await listInstalledFiles(deps, installed, get, signal);
    return await compareFiles(installed.path, files, { get, signal }, onProgress);
  } catch (error) {
    // Without the blocks of the release, its root still tells whether the folder is the release.
    if (!UNREACHABLE.includes(errorName(error)) || !(await isRelease(installed, signal, onProgress))) throw error;
    const executeBits = { lost: [], added: [] };
    return { files: installed.files, changed: [], executeBits, missing: [], extra: [] };
  }
}

async function compareFiles(
  path: string,
  files: readonly TreeFile[],
  { get, signal }: { readonly get: GetBlock; readonly signal: AbortSignal },
  onProgress: (progress: InstallProgress) => void,
): Promise<ComparedFiles> {
  const isThere = (await lstat(path).catch(() => undefined))?.isDirectory() === true;
  const report = throttled(onProgress);
  let done = 0;
  const onFile = (): void => {
    done++;
    report(() => ({ phase: 'verify', files: done, bytes: 0, totalFiles: files.length }));
  };
  const state = isThere
    ? await localState(files, path, { get, signal, onFile })
    : { entries: [], missing: files.map((file) => file.path).sort() };
  const pathsIn = (...kinds: readonly LocalEntry['state'][]): string[] =>
    state.entries.filter((one) => kinds.includes(one.state)).map((one) => one.path);
  return {
    files: files.length,
    changed: pathsIn('changed', 'bit-lost', 'bit-added'),
    executeBits: { lost: pathsIn('bit-lost'), added: pathsIn('bit-added') },
    missing: state.missing,
    extra: pathsIn('extra'),
  };
}
