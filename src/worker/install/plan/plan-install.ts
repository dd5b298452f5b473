import { dirname, relative, sep } from 'node:path';
import type { PlanRequest } from '../../../shared/api/index.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { InstallPlan, InstalledPackage } from '../../../shared/model.ts';
import { realPath } from '../disk/real-path.ts';
import { absolutePath, checkWritable } from '../disk/target.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Lookup } from '../../registry/lookup.ts';
import { desiredState } from '../resolve/desired-state.ts';
import { assignFolders, packagesFolder, assertNoSymlinks } from '../lock/folders.ts';
import { serializeLock } from '../lock/lock-file.ts';
import { assertLockedRoots, checkAgainstRecords, findRootMismatches } from '../lock/lock-records.ts';
import { fullIds, lockContext, lookupSource } from '../resolve/lookup-source.ts';
import { fetchFolders } from './fetch-folders.ts';
import type { FetchFoldersDeps } from './fetch-folders.ts';
import { InstalledState, projectInstalls } from './installed-state.ts';
import type { PlanStep, Plans } from './plans.ts';
import { readProjectLock } from '../lock/project-lock.ts';
import type { ProjectLock } from '../lock/project-lock.ts';

/** Dependencies of `planInstall`. */
export interface PlanInstallDeps extends FetchFoldersDeps {
  readonly catalog: FetchFoldersDeps['catalog'] & {
    readonly installs: Pick<Catalog['installs'], 'getByPath' | 'listByProject'>;
    readonly packages: Pick<Catalog['packages'], 'details' | 'seenRoots'>;
    readonly publishers: Pick<Catalog['publishers'], 'get'>;
  };
}

const MODES = ['add', 'lock', 'update', 'remove'];

/**
 * Plans how to bring a project to a requested state. Looks up unknown packages in the network, and fetches the folders of
 * their releases to tell which content is missing; fetches no content of files and writes nothing into the project.
 *
 * @throws GgenError InvalidRequest, LockInvalid, LockMismatch, DependencyConflict, DependencyMissing, NotInstalled,
 *   TargetNotEmpty, TargetNotWritable, UnsafePath, and the errors of `Lookup`
 */
export async function planInstall(
  deps: PlanInstallDeps,
  lookup: Pick<Lookup, 'getPackage' | 'getVersion' | 'resolve'>,
  plans: Pick<Plans, 'add'>,
  { project, mode, packages = [], folder, acceptedRoots = [], choices = [] }: PlanRequest,
  signal: AbortSignal,
): Promise<InstallPlan> {
  const root = await realPath(absolutePath(project, 'The project'));
  if (!MODES.includes(mode)) throw new GgenError('InvalidRequest', `'${mode}' is not a mode of planning.`);
  const lock = await readProjectLock(root);
  const uninstalled = mode === 'remove' ? packages : [];
  const installs = await projectInstalls(deps, root, { locked: lock.packages, uninstalled }, signal);
  const lockedFolder = existingPackagesFolder(root, lock, installs);
  const packagesDir = packagesFolder(root, folder ?? lockedFolder);
  await assertNoSymlinks(root, packagesDir);
  if (mode === 'lock' && lock.text === undefined) throw lockMissing(lock.path);
  const locked =
    mode === 'lock'
      ? await checkAgainstRecords(deps.catalog, lookup, lock.packages, acceptedRoots, signal)
      : lock.packages;
  // A package that the request names in full is what dependencies mean by its name.
  const source = lookupSource(
    lookup,
    { ...lockContext(lock.packages), chosen: [...choices, ...fullIds(packages)] },
    signal,
  );
  const { packages: desired, skipped } = await desiredState({
    mode,
    packages,
    locked,
    installed: installs.map(({ id }) => id),
    source,
    isBlocked: (publisher) => deps.catalog.publishers.get(publisher) === 'blocked',
    signal,
  });
  const lockedDir = packagesFolder(root, lockedFolder);
  const options = { packagesDir, lockedDir, locked: lock.packages, installs, strict: mode === 'lock' };
  const installedState = new InstalledState(deps, options);
  const entries = desired.map(({ entry }) => entry);
  assertLockedRoots(lock.packages, entries, acceptedRoots);
  const assigned = assignFolders(entries, lock.packages, await installedState.occupied(entries));
  const received = await fetchFolders(deps, entries, signal);
  const steps = await installedState.planSteps(desired, assigned, signal);
  steps.push(...(await installedState.removals(steps, signal)));
  const lockFile = { packages: [...assigned.values()], packagesFolder: toPortable(relative(root, packagesDir)) };
  const lockAfter = lock.text === undefined && assigned.size === 0 ? undefined : serializeLock(lockFile, lock.text);
  await checkWritable(lock.path);
  const shown = { skipped, names: source.names(), ...summarize(steps, lockAfter !== lock.text) };
  const mismatches = findRootMismatches(deps.catalog.packages, lock.packages);
  return plans.add({
    steps,
    lockBefore: lock.text,
    lockAfter,
    received,
    plan: { project: root, lockFile: lock.path, mismatches, ...shown },
  });
}

function summarize(
  steps: readonly PlanStep[],
  lockChanges: boolean,
): Pick<InstallPlan, 'packages' | 'bytesToFetch' | 'changes' | 'lockChanges'> {
  const packages = steps.map(({ planned }) => planned);
  return {
    packages,
    bytesToFetch: packages.reduce((sum, one) => sum + one.bytesToFetch, 0),
    changes: lockChanges || packages.some(({ action }) => action !== 'keep'),
    lockChanges,
  };
}

/** Folder of the project's packages, relative to it; undefined when there is neither a lock file nor an installation. */
function existingPackagesFolder(
  project: string,
  lock: ProjectLock,
  [first]: readonly InstalledPackage[],
): string | undefined {
  if (lock.text !== undefined) return lock.packagesFolder;
  return first === undefined ? undefined : toPortable(relative(project, dirname(first.path)));
}

function toPortable(path: string): string {
  return path.replaceAll(sep, '/');
}

function lockMissing(path: string): GgenError {
  return new GgenError(
    'LockInvalid',
    `${path} does not exist. It is created when you install a package into this project.`,
    {
      details: { path },
    },
  );
}
