import { lstat } from 'node:fs/promises';
import type { InstallProgress, InstallRequest } from '../../../shared/api/index.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { InstalledPackage, ReleaseDetails } from '../../../shared/model.ts';
import { parseRootCid } from '../../blocks/block-storage.ts';
import { realPath } from '../disk/real-path.ts';
import { absolutePath, checkTarget } from '../disk/target.ts';
import type { TreeChange } from '../disk/install-trees.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Logger } from '../../logging/logger.ts';
import { contentOf, fetchContent } from '../../transfer/fetch-content.ts';
import type { FetchContentDeps } from '../../transfer/fetch-content.ts';
import type { Lookup } from '../../registry/lookup.ts';
import { listInstalledFiles, verifiedBlockReader } from '../plan/installed-content.ts';
import { assertLockedRoots } from '../lock/lock-records.ts';
import { findInstalled } from '../lock/locked-installs.ts';
import type { FindInstalledDeps } from '../lock/locked-installs.ts';
import { writeReleases, announceInstalled } from './write-releases.ts';
import type { AnnounceInstalledDeps, WriteReleasesDeps } from './write-releases.ts';

/** Dependencies of `installRelease` and `uninstallRelease`. */
export type InstallReleaseDeps = FetchContentDeps &
  WriteReleasesDeps &
  AnnounceInstalledDeps & {
    readonly catalog: { readonly installs: Pick<Catalog['installs'], 'add' | 'remove' | 'getByPath'> };
    readonly retention: { lease(root: string): Disposable; pinsChanged(): void };
    readonly loggers: (scope: string) => Pick<Logger, 'info'>;
  };

/**
 * Installs one release outside of a project: looks it up, fetches and verifies missing blocks, writes the files, and
 * seeds the release.
 *
 * @throws GgenError NotInstalled, LockMismatch, and the errors of `Lookup.getVersion`, `fetchContent` and `installTrees`
 */
export async function installRelease(
  deps: InstallReleaseDeps,
  lookup: Pick<Lookup, 'getVersion'>,
  request: InstallRequest,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<InstalledPackage> {
  const { id, version = '', to, replace = false, overwrite = [], umask } = request;
  const { path, before } = replace ? await locateTarget(to) : await checkTarget(to);
  onProgress({ phase: 'resolve', files: 0, bytes: 0 });
  const found = await lookup.getVersion(id, version, signal);
  const existing = replace ? await findReplaced(deps, found, path) : undefined;
  const { publisher, name, release } = found;
  if (existing !== undefined)
    assertLockedRoots([existing], [{ publisher, name, version: release.version, root: release.root }], []);
  using _lease = deps.retention.lease(release.root);
  const isUpdate = existing !== undefined;
  const received = await fetchContent(deps, contentOf(found), signal, onProgress, { isUpdate });
  signal.throwIfAborted();
  const getPreviousBlock = verifiedBlockReader(deps);
  if (existing !== undefined) await listInstalledFiles(deps, existing, getPreviousBlock, signal);
  const change: TreeChange = {
    target: path,
    before,
    ...(existing === undefined || before === 'nothing' ? {} : { previous: parseRootCid(existing.root) }),
    next: { root: parseRootCid(release.root), size: release.size, files: release.files },
  };
  let installed: InstalledPackage | undefined;
  await writeReleases(deps, [change], [], { getPreviousBlock, overwrite, umask, signal, onProgress }, (written) => {
    installed = {
      id: found.id,
      publisher,
      name,
      version: release.version,
      root: release.root,
      path,
      ...(written.get(path) ?? { files: release.files, size: release.size }),
      installedAt: Date.now(),
      ...(existing?.project === undefined ? {} : { project: existing.project }),
    };
    deps.catalog.installs.add(installed);
  });
  if (installed === undefined) throw new Error('The install transaction ended without recording anything');
  await announceInstalled(deps, [installed]);
  deps.loggers('install').info(`Installed ${found.id}@${release.version} in ${path}`);
  return { ...installed, received };
}

/** Returns the installation to be replaced. @throws GgenError NotInstalled, InvalidRequest */
async function findReplaced(
  deps: FindInstalledDeps,
  { id, release }: ReleaseDetails,
  path: string,
): Promise<InstalledPackage> {
  const existing = await requireInstalledAt(deps, path);
  if (existing.id !== id) throw notInstalled(path);
  if (existing.project !== undefined && existing.version !== release.version) {
    throw new GgenError(
      'InvalidRequest',
      `${path} belongs to the project ${existing.project} and is updated with it.`,
      {
        details: { path, project: existing.project },
      },
    );
  }
  return existing;
}

/**
 * Removes an installed package. Files that do not belong to the release stay.
 *
 * @throws GgenError NotInstalled, InvalidRequest, FilesChanged, TargetNotWritable
 */
export async function uninstallRelease(
  deps: InstallReleaseDeps,
  { path: at, overwrite = [] }: { readonly path: string; readonly overwrite?: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const { path, before } = await locateTarget(at);
  const installed = await requireInstalledAt(deps, path);
  if (installed.project !== undefined) {
    throw new GgenError(
      'InvalidRequest',
      `${path} belongs to the project ${installed.project} and is removed from it.`,
      {
        details: { path, project: installed.project },
      },
    );
  }
  const getPreviousBlock = verifiedBlockReader(deps);
  await listInstalledFiles(deps, installed, getPreviousBlock, signal);
  const change: TreeChange = { target: path, before, previous: parseRootCid(installed.root) };
  await writeReleases(deps, [change], [], { getPreviousBlock, overwrite, signal, onProgress: () => undefined }, () => {
    deps.catalog.installs.remove(path);
    deps.retention.pinsChanged();
  });
  await announceInstalled(deps, [installed]);
  deps.loggers('install').info(`Removed ${installed.id}@${installed.version} from ${path}`);
}

/** Resolves the path of an installation whose folder the user may have deleted. */
async function locateTarget(at: string): Promise<{ path: string; before: 'folder' | 'nothing' }> {
  const path = await realPath(absolutePath(at, 'The folder'));
  const isThere = (await lstat(path).catch(() => undefined))?.isDirectory() === true;
  return { path, before: isThere ? 'folder' : 'nothing' };
}

/** @throws GgenError NotInstalled */
export async function requireInstalledAt(deps: FindInstalledDeps, path: string): Promise<InstalledPackage> {
  const installed = await findInstalled(deps, path);
  if (installed === undefined) throw notInstalled(path);
  return installed;
}

function notInstalled(path: string): GgenError {
  return new GgenError('NotInstalled', `No package is installed in ${path}.`, { details: { path } });
}
