import { dirname } from 'node:path';
import type { InstallProgress } from '../../../shared/api.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { InstalledPackage, PlannedPackage } from '../../../shared/model.ts';
import { parseRoot } from '../../blocks/blocks.ts';
import type { TextChange, TreeChange } from '../disk/install-trees.ts';
import type { RegistryContext } from '../../registry/context.ts';
import { fetchRef, installedFiles, verifiedBlocks } from '../plan/content.ts';
import { refuseLinks } from '../plan/folders.ts';
import { place, tellInstalled } from './place.ts';
import type { PlanStep, Plans, StoredPlan } from '../plan/plans.ts';
import { readProjectLock } from '../lock/project-lock.ts';

export interface ApplyOptions {
  readonly overwrite: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
}

/**
 * Do exactly what a plan says: fetch what is missing, then exchange all folders and the lock file at once. Where it fails,
 * nothing was changed, and the plan can be applied again.
 *
 * @returns what the project has then
 * @throws GgenError PlanOutdated, and as `fetchContent` and `installTrees` say
 */
export async function applyPlan(
  context: RegistryContext,
  plans: Plans,
  id: string,
  { overwrite, signal, onProgress }: ApplyOptions,
): Promise<readonly InstalledPackage[]> {
  const stored = plans.get(id);
  const { steps, plan } = stored;
  await checkUnchanged(context, stored);
  const changing = steps.filter(({ planned }) => planned.action !== 'keep');
  using held = new DisposableStack();
  for (const { planned } of steps) held.use(context.retention.hold(planned.root));
  const coming = changing.map(({ planned }) => planned).filter(({ action }) => action !== 'remove');
  await fetchAll(context, coming, signal, onProgress);
  const old = verifiedBlocks(context);
  for (const { planned, standing } of changing) {
    if (standing.previous !== undefined && standing.before === 'folder') {
      await installedFiles(context, { ...planned, root: standing.previous }, old, signal);
    }
  }
  await checkUnchanged(context, stored);
  const { installs } = context.catalogue;
  const texts = lockChange(stored);
  await place(context, changing.map(changeOf), texts, { old, overwrite, signal, onProgress }, (written) => {
    const now = Date.now();
    for (const { planned } of changing) installs.remove(planned.path);
    for (const one of plan.packages.filter(({ action }) => action !== 'remove')) {
      const kept = installs.at(one.path);
      const figures = written.get(one.path) ?? one;
      installs.add({ ...(kept ?? installedOf(one, figures, now)), project: plan.project });
    }
  });
  plans.delete(id);
  await tellInstalled(
    context,
    changing.map(({ planned }) => planned),
  );
  context.loggers('install').info(`${changing.length} packages changed in ${plan.project}`);
  return installs.of(plan.project);
}

/** @throws GgenError PlanOutdated when the lock file or an installation is another one than the plan was made for; UnsafePath */
async function checkUnchanged({ catalogue }: RegistryContext, { plan, steps, lockBefore }: StoredPlan): Promise<void> {
  for (const { path } of plan.packages) await refuseLinks(plan.project, dirname(path));
  const lock = await readProjectLock(plan.project);
  const same = steps.every(({ planned, standing }) => {
    const row = catalogue.installs.at(planned.path);
    return row === undefined || row.root === standing.previous || standing.before !== 'folder';
  });
  if (lock.text === lockBefore && same) return;
  throw new GgenError(
    'PlanOutdated',
    `The packages of ${plan.project} changed since this plan was made. Make it again.`,
    {
      details: { project: plan.project },
    },
  );
}

async function fetchAll(
  context: RegistryContext,
  packages: readonly PlannedPackage[],
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<void> {
  const totalBytes = packages.reduce((sum, { size }) => sum + size, 0);
  const totalFiles = packages.reduce((sum, { files }) => sum + files, 0);
  let before = 0;
  for (const one of packages) {
    await fetchRef(context, one, signal, ({ bytes }) => {
      onProgress({ phase: 'fetch', files: 0, bytes: before + bytes, totalFiles, totalBytes });
    });
    before += one.size;
  }
}

function changeOf({ planned, standing: { before, previous } }: PlanStep): TreeChange {
  const { path, root, size, files, action } = planned;
  return {
    target: path,
    before,
    ...(previous === undefined || before !== 'folder' ? {} : { previous: parseRoot(previous) }),
    ...(action === 'remove' ? {} : { next: { root: parseRoot(root), size, files } }),
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

function installedOf(
  { id, publisher, name, version, root, path }: PlannedPackage,
  { files, size }: Pick<InstalledPackage, 'files' | 'size'>,
  installedAt: number,
): InstalledPackage {
  return { id, publisher, name, version, root, path, files, size, installedAt };
}
