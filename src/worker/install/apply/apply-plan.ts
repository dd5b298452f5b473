import { dirname } from 'node:path';
import type { InstallProgress } from '../../../shared/api/index.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { InstalledPackage, PlannedPackage } from '../../../shared/model.ts';
import { parseRootCid } from '../../blocks/block-storage.ts';
import type { TextChange, TreeChange } from '../disk/install-trees.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Logger } from '../../logging/logger.ts';
import { listInstalledFiles, verifiedBlockReader } from '../plan/installed-content.ts';
import { fetchContent } from '../../transfer/fetch-content.ts';
import type { FetchContentDeps } from '../../transfer/fetch-content.ts';
import { assertNoSymlinks } from '../lock/folders.ts';
import { writeReleases, announceInstalled } from './write-releases.ts';
import type { AnnounceInstalledDeps, WriteReleasesDeps } from './write-releases.ts';
import type { PlanStep, Plans, StoredPlan } from '../plan/plans.ts';
import { readProjectLock } from '../lock/project-lock.ts';

/** Dependencies of `applyPlan`. */
export type ApplyPlanDeps = FetchContentDeps &
  WriteReleasesDeps &
  AnnounceInstalledDeps & {
    readonly catalog: {
      readonly installs: Pick<Catalog['installs'], 'add' | 'remove' | 'getByPath' | 'listByProject'>;
    };
    readonly retention: { leaseAll(roots: readonly string[]): Disposable };
    readonly loggers: (scope: string) => Pick<Logger, 'info'>;
  };

export interface ApplyOptions {
  readonly overwrite: readonly string[];
  /** Umask of the user's process; that of this process when left out. */
  readonly umask?: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
}

/**
 * Applies a plan: fetches missing content, then replaces all folders and the lock file in one transaction. A failure
 * leaves the project unchanged, and the same plan can be applied again.
 *
 * @returns the packages that are installed in the project afterwards
 * @throws GgenError PlanOutdated, and the errors of `fetchContent` and `installTrees`
 */
export async function applyPlan(
  deps: ApplyPlanDeps,
  plans: Pick<Plans, 'get' | 'delete'>,
  id: string,
  { overwrite, umask, signal, onProgress }: ApplyOptions,
): Promise<readonly InstalledPackage[]> {
  const { installs } = deps.catalog;
  const stored = plans.get(id);
  const { steps, plan } = stored;
  await assertPlanCurrent(installs, stored);
  const changedSteps = steps.filter(({ planned }) => planned.action !== 'keep');
  using _leases = deps.retention.leaseAll(steps.map(({ planned }) => planned.root));
  const toFetch = changedSteps.map(({ planned }) => planned).filter(({ action }) => action !== 'remove');
  const received = await fetchAll(deps, toFetch, signal, onProgress);
  const getPreviousBlock = verifiedBlockReader(deps);
  for (const { planned, existing } of changedSteps) {
    if (existing.previous !== undefined && existing.before === 'folder') {
      await listInstalledFiles(deps, { ...planned, root: existing.previous }, getPreviousBlock, signal);
    }
  }
  await assertPlanCurrent(installs, stored);
  const textChanges = lockChange(stored);
  await writeReleases(
    deps,
    changedSteps.map(toTreeChange),
    textChanges,
    { getPreviousBlock, overwrite, umask, signal, onProgress },
    (written) => {
      const now = Date.now();
      for (const { planned } of changedSteps) installs.remove(planned.path);
      for (const one of plan.packages.filter(({ action }) => action !== 'remove')) {
        const existing = installs.getByPath(one.path);
        const figures = written.get(one.path) ?? one;
        // Two versions may have the same content, so that the folder stays.
        const installed = existing ?? toInstalledPackage(one, figures, now);
        installs.add({ ...installed, version: one.version, project: plan.project });
      }
    },
  );
  plans.delete(id);
  await announceInstalled(
    deps,
    changedSteps.map(({ planned }) => planned),
  );
  deps.loggers('install').info(`${changedSteps.length} packages changed in ${plan.project}`);
  return installs.listByProject(plan.project).map((installed) => {
    const bytes = received.get(installed.id);
    return bytes === undefined
      ? installed
      : { ...installed, received: bytes + (stored.received.get(installed.root) ?? 0) };
  });
}

/**
 * @throws GgenError PlanOutdated when the lock file or an installation differs from what the plan was made for;
 *   UnsafePath
 */
async function assertPlanCurrent(
  installs: Pick<Catalog['installs'], 'getByPath'>,
  { plan, steps, lockBefore }: StoredPlan,
): Promise<void> {
  for (const { path } of plan.packages) await assertNoSymlinks(plan.project, dirname(path));
  const lock = await readProjectLock(plan.project);
  const rootsUnchanged = steps.every(({ planned, existing }) => {
    const row = installs.getByPath(planned.path);
    return row === undefined || row.root === existing.recorded || existing.before !== 'folder';
  });
  if (lock.text === lockBefore && rootsUnchanged) return;
  throw new GgenError('PlanOutdated', `The packages of ${plan.project} changed after this plan was made. Try again.`, {
    details: { project: plan.project },
  });
}

/** Returns the bytes that came from peers, by id of the package. */
async function fetchAll(
  deps: FetchContentDeps,
  packages: readonly PlannedPackage[],
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<ReadonlyMap<string, number>> {
  const received = new Map<string, number>();
  const totalBytes = packages.reduce((sum, { size }) => sum + size, 0);
  const totalFiles = packages.reduce((sum, { files }) => sum + files, 0);
  let fetchedBytes = 0;
  for (const one of packages) {
    const report = ({ bytes }: InstallProgress): void => {
      onProgress({ phase: 'fetch', files: 0, bytes: fetchedBytes + bytes, totalFiles, totalBytes });
    };
    received.set(one.id, await fetchContent(deps, one, signal, report, { isUpdate: one.action === 'update' }));
    fetchedBytes += one.size;
  }
  return received;
}

function toTreeChange({ planned, existing: { before, previous } }: PlanStep): TreeChange {
  const { path, root, size, files, action } = planned;
  return {
    target: path,
    before,
    ...(previous === undefined || before !== 'folder' ? {} : { previous: parseRootCid(previous) }),
    ...(action === 'remove' ? {} : { next: { root: parseRootCid(root), size, files } }),
  };
}

function lockChange({ plan, lockBefore, lockAfter }: StoredPlan): TextChange[] {
  if (lockBefore === lockAfter || lockAfter === undefined) return [];
  const [target, text] = [plan.lockFile, lockAfter];
  return [
    lockBefore === undefined
      ? { target, before: 'nothing', text }
      : { target, before: 'file', previous: lockBefore, text },
  ];
}

function toInstalledPackage(
  { id, publisher, name, version, root, path }: PlannedPackage,
  { files, size }: Pick<InstalledPackage, 'files' | 'size'>,
  installedAt: number,
): InstalledPackage {
  return { id, publisher, name, version, root, path, files, size, installedAt };
}
