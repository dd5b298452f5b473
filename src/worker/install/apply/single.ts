import { lstat } from 'node:fs/promises';
import type { InstallProgress, InstallRequest } from '../../../shared/api.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { InstalledPackage, ReleaseDetails } from '../../../shared/model.ts';
import { parseRoot } from '../../blocks/blocks.ts';
import { absolutePath, checkTarget } from '../disk/target.ts';
import type { TreeChange } from '../disk/install-trees.ts';
import type { RegistryContext } from '../../registry/context.ts';
import { fetchContent } from '../../transfer/fetch.ts';
import type { Lookup } from '../../registry/lookup.ts';
import { installedFiles, verifiedBlocks } from '../plan/content.ts';
import { place, tellInstalled } from './place.ts';

/**
 * Install one release for itself: find it, fetch what is missing with every block verified, write it to its folder, serve it on.
 *
 * @throws GgenError NotInstalled, and as `Lookup.getVersion`, `fetchContent` and `installTrees` say
 */
export async function install(
  context: RegistryContext,
  lookup: Lookup,
  request: InstallRequest,
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<InstalledPackage> {
  const { id, version = '', to, replace = false, overwrite = [] } = request;
  const { path, before } = replace ? await standing(to) : await checkTarget(to);
  onProgress({ phase: 'resolve', files: 0, bytes: 0 });
  const found = await lookup.getVersion(id, version, signal);
  const there = replace ? replaced(context, found, path) : undefined;
  const { publisher, name, release } = found;
  using _held = context.retention.hold(release.root);
  await fetchContent(context, found, signal, onProgress);
  signal.throwIfAborted();
  const old = verifiedBlocks(context);
  if (there !== undefined) await installedFiles(context, there, old, signal);
  const change: TreeChange = {
    target: path,
    before,
    ...(there === undefined || before === 'nothing' ? {} : { previous: parseRoot(there.root) }),
    next: { root: parseRoot(release.root), size: release.size, files: release.files },
  };
  let installed: InstalledPackage | undefined;
  await place(context, [change], [], { old, overwrite, signal, onProgress }, (written) => {
    installed = {
      id: found.id,
      publisher,
      name,
      version: release.version,
      root: release.root,
      path,
      ...(written.get(path) ?? { files: release.files, size: release.size }),
      installedAt: Date.now(),
      ...(there?.project === undefined ? {} : { project: there.project }),
    };
    context.catalogue.installs.add(installed);
  });
  if (installed === undefined) throw new Error('The exchange ended without recording anything');
  await tellInstalled(context, [installed]);
  context.loggers('install').info(`Installed ${found.id}@${release.version} in ${path}`);
  return installed;
}

/** The installation that is replaced. @throws GgenError NotInstalled, InvalidRequest */
function replaced({ catalogue }: RegistryContext, { id, release }: ReleaseDetails, path: string): InstalledPackage {
  const there = installedAt(catalogue.installs, path);
  if (there.id !== id) throw notInstalled(path);
  if (there.project !== undefined && there.version !== release.version) {
    throw new GgenError('InvalidRequest', `${path} belongs to the project ${there.project}: plan its update.`, {
      details: { path, project: there.project },
    });
  }
  return there;
}

/**
 * Remove an installed package. Files that are not of the package stay where they are.
 *
 * @throws GgenError NotInstalled, InvalidRequest, FilesChanged, TargetNotWritable
 */
export async function uninstall(
  context: RegistryContext,
  { path: at, overwrite = [] }: { readonly path: string; readonly overwrite?: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const { path, before } = await standing(at);
  const there = installedAt(context.catalogue.installs, path);
  if (there.project !== undefined) {
    throw new GgenError('InvalidRequest', `${path} belongs to the project ${there.project}: plan its removal.`, {
      details: { path, project: there.project },
    });
  }
  const old = verifiedBlocks(context);
  await installedFiles(context, there, old, signal);
  const change: TreeChange = { target: path, before, previous: parseRoot(there.root) };
  await place(context, [change], [], { old, overwrite, signal, onProgress: () => undefined }, () => {
    context.catalogue.installs.remove(path);
    context.retention.changed();
  });
  await tellInstalled(context, [there]);
  context.loggers('install').info(`Removed ${there.id}@${there.version} from ${path}`);
}

/** Where something was installed, whether it is still there or not. */
async function standing(at: string): Promise<{ path: string; before: 'folder' | 'nothing' }> {
  const path = absolutePath(at, 'The folder');
  const isThere = (await lstat(path).catch(() => undefined))?.isDirectory() === true;
  return { path, before: isThere ? 'folder' : 'nothing' };
}

/** @throws GgenError NotInstalled */
export function installedAt(
  installs: { at(path: string): InstalledPackage | undefined },
  path: string,
): InstalledPackage {
  const there = installs.at(path);
  if (there === undefined) throw notInstalled(path);
  return there;
}

function notInstalled(path: string): GgenError {
  return new GgenError('NotInstalled', `No package was installed in ${path}.`, { details: { path } });
}
