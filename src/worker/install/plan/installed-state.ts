import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blockstore } from 'interface-blockstore';
import { GgenError } from '../../../shared/errors.ts';
import type { InstalledPackage, PlannedPackage } from '../../../shared/model.ts';
import { parseRootCid } from '../../blocks/block-storage.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { estimateMissingBytes } from '../disk/missing-bytes.ts';
import { checkTarget } from '../disk/target.ts';
import { folderOf } from '../lock/folders.ts';
import { lockedId } from '../lock/lock-file.ts';
import type { LockedPackage } from '../lock/lock-file.ts';
import type { DesiredPackage } from '../resolve/desired-state.ts';
import { compareInstalled } from './compare-installed.ts';
import type { InstalledComparison } from './compare-installed.ts';
import type { ExistingTarget, PlanStep } from './plans.ts';

/** Dependencies of `InstalledState`. */
export interface InstalledStateDeps {
  readonly blocks: Blockstore;
  readonly catalog: {
    readonly installs: Pick<Catalog['installs'], 'getByPath' | 'listByProject'>;
    readonly publishers: Pick<Catalog['publishers'], 'get'>;
    readonly packages: Pick<Catalog['packages'], 'details' | 'seenRoots'>;
  };
}

export interface InstalledStateOptions {
  /** Where the packages are to be. */
  readonly packagesDir: string;
  /** Where the packages of the lock file are now. */
  readonly lockedDir: string;
  readonly locked: readonly LockedPackage[];
  /** As `projectInstalls` returns them. */
  readonly installs: readonly InstalledPackage[];
  /** Whether files that were changed by hand are an error instead of being preserved. */
  readonly strict: boolean;
}

/** What is installed in the project at the moment. */
export class InstalledState {
  readonly #deps: InstalledStateDeps;
  readonly #packagesDir: string;
  readonly #lockedDir: string;
  readonly #locked: ReadonlyMap<string, LockedPackage>;
  readonly #installs: readonly InstalledPackage[];
  readonly #strict: boolean;

  constructor(deps: InstalledStateDeps, { packagesDir, lockedDir, locked, installs, strict }: InstalledStateOptions) {
    this.#deps = deps;
    this.#packagesDir = packagesDir;
    this.#lockedDir = lockedDir;
    this.#locked = new Map(locked.map((entry) => [lockedId(entry), entry]));
    this.#installs = installs;
    this.#strict = strict;
  }

  /** Returns the ids of new packages whose plain folder holds other files. */
  async occupied(entries: readonly LockedPackage[]): Promise<Set<string>> {
    const ids = new Set<string>();
    for (const entry of entries) {
      const id = lockedId(entry);
      const path = join(this.#packagesDir, entry.name);
      const isOwn = this.#locked.has(id) || this.#installedAt(path)?.id === id;
      if (!isOwn && (await isNonEmpty(path))) ids.add(id);
    }
    return ids;
  }

  /** @param assigned the packages with their folders, by id */
  async planSteps(
    desired: readonly DesiredPackage[],
    assigned: ReadonlyMap<string, LockedPackage>,
    signal: AbortSignal,
  ): Promise<PlanStep[]> {
    const steps: PlanStep[] = [];
    for (const one of desired) {
      steps.push(await this.#planStep(one, assigned.get(lockedId(one.entry)) ?? one.entry, signal));
    }
    return steps.sort(({ planned: a }, { planned: b }) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  async #planStep(
    { requiredBy, yanked }: DesiredPackage,
    entry: LockedPackage,
    signal: AbortSignal,
  ): Promise<PlanStep> {
    const { publisher, name, version, root, size, files, requirement } = entry;
    const path = join(this.#packagesDir, folderOf(entry));
    const existing = await this.#findExisting(path, entry, signal);
    const fromRoot = this.#locked.get(lockedId(entry))?.root ?? existing.previous;
    const action = actionFor(existing, root, this.#strict);
    const publisherState = this.#deps.catalog.publishers.get(publisher);
    const planned: PlannedPackage = {
      id: lockedId(entry),
      publisher,
      ...(publisherState === undefined ? {} : { publisherState }),
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
      contested: this.#isContested(entry),
      requiredBy,
    };
    return { planned, existing: toTarget(existing, action) };
  }

  /** A folder outside of every project counts as well. */
  #installedAt(path: string): InstalledPackage | undefined {
    const row = this.#deps.catalog.installs.getByPath(path);
    return row?.project === undefined ? row : this.#installs.find((one) => one.path === path);
  }

  #isContested({ publisher, name, version }: LockedPackage): boolean {
    return this.#deps.catalog.packages.details(publisher, name)?.contested?.includes(version) ?? false;
  }

  #isYanked({ publisher, name, version }: LockedPackage): boolean {
    const releases = this.#deps.catalog.packages.details(publisher, name)?.releases ?? [];
    return releases.some((release) => release.version === version && release.yanked);
  }

  /**
   * Steps that remove the packages that are no longer required: installed ones, and those that came with the project.
   */
  async removals(steps: readonly PlanStep[], signal: AbortSignal): Promise<PlanStep[]> {
    const plannedPaths = new Set(steps.map(({ planned }) => planned.path));
    const rows = this.#installs.filter(({ path }) => !plannedPaths.has(path));
    const removed = await Promise.all(
      rows.map(async (row): Promise<PlanStep> => ({
        planned: toRemoval(row),
        existing: { previous: row.root, recorded: row.root, before: (await isFolder(row.path)) ? 'folder' : 'nothing' },
      })),
    );
    const known = new Set([...plannedPaths, ...rows.map(({ path }) => path)]);
    for (const [id, entry] of this.#locked) {
      const path = join(this.#lockedDir, folderOf(entry));
      if (known.has(path) || !(await isFolder(path)) || !(await isNonEmpty(path))) continue;
      const release = await this.#closest(this.#contentsOf(entry), path, signal);
      removed.push({
        planned: toRemoval({ ...entry, id, path }),
        existing: { previous: release?.previous ?? entry.root, before: 'folder' },
      });
    }
    return removed;
  }

  /**
   * Finds what exists at a package's path. The lock file and this machine's memory may disagree about the release in the
   * folder, after a checkout of another commit for example: the files decide.
   */
  async #findExisting(path: string, entry: LockedPackage, signal: AbortSignal): Promise<ExistingPackage> {
    const id = lockedId(entry);
    const found = this.#installedAt(path);
    const row = found?.id === id ? found : undefined;
    const locked = this.#locked.get(id);
    if ((await isFolder(path)) && row !== undefined) {
      const before = { before: 'folder', recorded: row.root } as const;
      const agree = (locked ?? row).root === row.root;
      if (agree && !this.#strict) return { ...before, previous: row.root, from: row.version };
      return { ...before, ...(await this.#closest([...this.#contentsOf(locked), row], path, signal)) };
    }
    const isCheckout = found === undefined && locked !== undefined && (await isFolder(path));
    if (isCheckout && (await isNonEmpty(path))) {
      return { before: 'folder', ...(await this.#closest(this.#contentsOf(locked), path, signal)) };
    }
    return { before: (await checkTarget(path)).before };
  }

  /**
   * What a locked version may stand for: an edited lock file does not make files of the signed release the user's own.
   */
  #contentsOf(locked: LockedPackage | undefined): { readonly root: string; readonly version: string }[] {
    if (locked === undefined) return [];
    const { publisher, name, version, root } = locked;
    const signed = this.#deps.catalog.packages.seenRoots(publisher, name, [version]).get(version);
    return [{ root: signed ?? root, version }, ...(signed === undefined ? [] : [{ root, version }])];
  }

  /** The release from which the folder differs least. */
  async #closest(
    releases: readonly Pick<InstalledPackage, 'root' | 'version'>[],
    path: string,
    signal: AbortSignal,
  ): Promise<{ previous: string; from: string; comparison: InstalledComparison } | undefined> {
    const compared: { previous: string; from: string; comparison: InstalledComparison }[] = [];
    for (const { root, version } of releases) {
      if (compared.some(({ previous }) => previous === root)) continue;
      compared.push({
        previous: root,
        from: version,
        comparison: await compareInstalled(this.#deps, root, path, signal),
      });
    }
    return compared.sort((a, b) => a.comparison.differences - b.comparison.differences)[0];
  }
}

/**
 * What this machine installed in a project. A project is known by its lock file: what that does not list counts only
 * while files of it are in its folder, because another project may have been created at the same path.
 *
 * @param uninstalled packages that the user wants to remove, by id or name: they count in any case
 */
export async function projectInstalls(
  deps: InstalledStateDeps,
  project: string,
  { locked, uninstalled }: { readonly locked: readonly LockedPackage[]; readonly uninstalled: readonly string[] },
  signal: AbortSignal,
): Promise<InstalledPackage[]> {
  const listed = new Set(locked.map(lockedId));
  const installs: InstalledPackage[] = [];
  for (const row of deps.catalog.installs.listByProject(project)) {
    const isListed = listed.has(row.id) || uninstalled.some((text) => text === row.id || text === row.name);
    const isThere = async (): Promise<boolean> =>
      (await isFolder(row.path)) && (await compareInstalled(deps, row.root, row.path, signal)).same > 0;
    if (isListed || (await isThere())) installs.push(row);
  }
  return installs;
}

/** What exists at the path of a package. */
interface ExistingPackage extends ExistingTarget {
  /** Version of `previous`. */
  readonly from?: string;
  /** How the folder differs from `previous`; absent when the two were not compared. */
  readonly comparison?: InstalledComparison;
}

/** What the folder holds counts as the user's own where it is not the release. */
function toTarget({ previous, recorded, before }: ExistingPackage, action: PlannedPackage['action']): ExistingTarget {
  const target = { before, ...(recorded === undefined ? {} : { recorded }) };
  const isRelease = previous !== undefined && action !== 'restore' && action !== 'install';
  return isRelease ? { ...target, previous } : target;
}

function actionFor(
  { previous, recorded, comparison }: ExistingPackage,
  root: string,
  strict: boolean,
): PlannedPackage['action'] {
  if (previous === undefined) return 'install';
  if (previous !== root) return 'update';
  const isRecorded = recorded === root;
  if (comparison === undefined) return 'keep';
  // A checkout has the files, and this machine has the blocks only after it fetched them.
  if (comparison.differences === 0) return isRecorded ? 'keep' : 'install';
  if (strict || comparison.missing > 0) return 'restore';
  return isRecorded ? 'keep' : 'update';
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
    contested: false,
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
