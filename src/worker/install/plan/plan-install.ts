import { lstat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { PlanRequest } from '../../../shared/api/index.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { InstallPlan, InstalledPackage, PlannedPackage } from '../../../shared/model.ts';
import { parseRootCid } from '../../blocks/block-storage.ts';
import { estimateMissingBytes } from '../disk/missing-bytes.ts';
import { realPath } from '../disk/real-path.ts';
import { absolutePath, checkTarget, checkWritable } from '../disk/target.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Lookup } from '../../registry/lookup.ts';
import { desiredState } from '../resolve/desired-state.ts';
import type { DesiredPackage } from '../resolve/desired-state.ts';
import { assignFolders, folderOf, packagesFolder, assertNoSymlinks } from '../lock/folders.ts';
import { lockedId, serializeLock } from '../lock/lock-file.ts';
import type { LockedPackage } from '../lock/lock-file.ts';
import { assertLockedRoots, checkAgainstRecords } from '../lock/lock-records.ts';
import { fullIds, lockContext, lookupSource } from '../resolve/lookup-source.ts';
import { fetchFolders } from './fetch-folders.ts';
import type { FetchFoldersDeps } from './fetch-folders.ts';
import type { PlanStep, Plans, ExistingTarget } from './plans.ts';
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
  const packagesDir = packagesFolder(root, folder ?? existingPackagesFolder(deps.catalog, root, lock));
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
    installed: deps.catalog.installs.listByProject(root).map(({ id }) => id),
    source,
    isBlocked: (publisher) => deps.catalog.publishers.get(publisher) === 'blocked',
    signal,
  });
  const lockedDir = packagesFolder(root, existingPackagesFolder(deps.catalog, root, lock));
  const installedState = new InstalledState(deps, packagesDir, lockedDir, lock.packages);
  const entries = desired.map(({ entry }) => entry);
  assertLockedRoots(lock.packages, entries, acceptedRoots);
  const assigned = assignFolders(entries, lock.packages, await installedState.occupied(entries));
  const received = await fetchFolders(deps, entries, signal);
  const steps: PlanStep[] = [];
  for (const one of desired)
    steps.push(await installedState.planStep(one, assigned.get(lockedId(one.entry)) ?? one.entry, signal));
  steps.sort(({ planned: a }, { planned: b }) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  steps.push(...(await installedState.removals(root, steps)));
  const lockFile = { packages: [...assigned.values()], packagesFolder: toPortable(relative(root, packagesDir)) };
  const lockAfter = lock.text === undefined && assigned.size === 0 ? undefined : serializeLock(lockFile, lock.text);
  await checkWritable(lock.path);
  const planned = steps.map((step) => step.planned);
  const changes = lockAfter !== lock.text || planned.some(({ action }) => action !== 'keep');
  const bytesToFetch = planned.reduce((sum, one) => sum + one.bytesToFetch, 0);
  const shown = { packages: planned, skipped, names: source.names(), bytesToFetch, changes };
  return plans.add({
    steps,
    lockBefore: lock.text,
    lockAfter,
    received,
    plan: { project: root, lockFile: lock.path, ...shown },
  });
}

/** Folder of the project's packages, relative to it; undefined when there is neither a lock file nor an installation. */
function existingPackagesFolder(
  { installs }: Pick<PlanInstallDeps['catalog'], 'installs'>,
  project: string,
  lock: ProjectLock,
): string | undefined {
  if (lock.text !== undefined) return lock.packagesFolder;
  const [first] = installs.listByProject(project);
  return first === undefined ? undefined : toPortable(relative(project, dirname(first.path)));
}

function toPortable(path: string): string {
  return path.replaceAll(sep, '/');
}

/** What is installed in the project at the moment. */
class InstalledState {
  readonly #deps: PlanInstallDeps;
  readonly #packagesDir: string;
  readonly #lockedDir: string;
  readonly #locked: ReadonlyMap<string, LockedPackage>;

  /** @param lockedDir where the packages of the lock file are now */
  constructor(deps: PlanInstallDeps, packagesDir: string, lockedDir: string, locked: readonly LockedPackage[]) {
    this.#deps = deps;
    this.#packagesDir = packagesDir;
    this.#lockedDir = lockedDir;
    this.#locked = new Map(locked.map((entry) => [lockedId(entry), entry]));
  }

  /** Returns the ids of new packages whose plain folder holds other files. */
  async occupied(entries: readonly LockedPackage[]): Promise<Set<string>> {
    const ids = new Set<string>();
    for (const entry of entries) {
      const id = lockedId(entry);
      const path = join(this.#packagesDir, entry.name);
      const isOwn = this.#locked.has(id) || this.#deps.catalog.installs.getByPath(path)?.id === id;
      if (!isOwn && (await isNonEmpty(path))) ids.add(id);
    }
    return ids;
  }

  async planStep({ requiredBy, yanked }: DesiredPackage, entry: LockedPackage, signal: AbortSignal): Promise<PlanStep> {
    const { publisher, name, version, root, size, files, requirement } = entry;
    const path = join(this.#packagesDir, folderOf(entry));
    const existing = await this.#findExisting(path, entry);
    const fromRoot = this.#locked.get(lockedId(entry))?.root ?? existing.previous;
    const action = existing.previous === undefined ? 'install' : existing.row?.root === root ? 'keep' : 'update';
    const planned: PlannedPackage = {
      id: lockedId(entry),
      publisher,
      name,
      version,
      root,
      size,
      files,
      path,
      action,
      ...(existing.from === undefined ? {} : { from: existing.from }),
      ...(fromRoot === undefined ? {} : { fromRoot }),
      bytesToFetch:
        action === 'keep' ? 0 : await estimateMissingBytes(parseRootCid(root), size, this.#deps.blocks, signal),
      requested: requirement !== undefined,
      yanked: yanked || this.#isYanked(entry),
      requiredBy,
    };
    return { planned, existing };
  }

  #isYanked({ publisher, name, version }: LockedPackage): boolean {
    const releases = this.#deps.catalog.packages.details(publisher, name)?.releases ?? [];
    return releases.some((release) => release.version === version && release.yanked);
  }

  /**
   * Steps that remove the packages that are no longer required: installed ones, and those that came with the project.
   */
  async removals(project: string, steps: readonly PlanStep[]): Promise<PlanStep[]> {
    const plannedPaths = new Set(steps.map(({ planned }) => planned.path));
    const rows = this.#deps.catalog.installs.listByProject(project).filter(({ path }) => !plannedPaths.has(path));
    const removed = await Promise.all(
      rows.map(async (row): Promise<PlanStep> => ({
        planned: toRemoval(row),
        existing: { previous: row.root, before: (await isFolder(row.path)) ? 'folder' : 'nothing' },
      })),
    );
    const known = new Set([...plannedPaths, ...rows.map(({ path }) => path)]);
    for (const [id, entry] of this.#locked) {
      const path = join(this.#lockedDir, folderOf(entry));
      if (known.has(path) || !(await isFolder(path)) || !(await isNonEmpty(path))) continue;
      removed.push({
        planned: toRemoval({ ...entry, id, path }),
        existing: { previous: entry.root, before: 'folder' },
      });
    }
    return removed;
  }

  /** Finds what exists at a package's path: an installation, a checkout that the lock file describes, or nothing. */
  async #findExisting(
    path: string,
    entry: LockedPackage,
  ): Promise<ExistingTarget & { readonly from?: string; readonly row?: InstalledPackage }> {
    const row = this.#deps.catalog.installs.getByPath(path);
    if (await isFolder(path)) {
      if (row?.id === lockedId(entry)) return { previous: row.root, from: row.version, before: 'folder', row };
      const locked = this.#locked.get(lockedId(entry));
      if (locked !== undefined && row === undefined && (await isNonEmpty(path))) {
        return { previous: locked.root, from: locked.version, before: 'folder' };
      }
    }
    return { before: (await checkTarget(path)).before };
  }
}

function toRemoval({
  id,
  publisher,
  name,
  version,
  root,
  size,
  files,
  path,
}: Omit<InstalledPackage, 'installedAt'>): PlannedPackage {
  return {
    id,
    publisher,
    name,
    version,
    root,
    size,
    files,
    path,
    action: 'remove',
    from: version,
    fromRoot: root,
    bytesToFetch: 0,
    requested: false,
    yanked: false,
    requiredBy: [],
  };
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() === true;
}

async function isNonEmpty(path: string): Promise<boolean> {
  try {
    await checkTarget(path);
    return false;
  } catch (error) {
    if (error instanceof GgenError && error.name === 'TargetNotEmpty') return true;
    throw error;
  }
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
