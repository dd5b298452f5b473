import * as vscode from 'vscode';
import { errorName } from '../../../shared/errors.ts';
import type { InstallPlan, InstalledPackage } from '../../../shared/model.ts';
import { bounded } from '../../engine/bounded.ts';
import type { Services } from '../../services.ts';
import { countFiles, formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { ask, reportError } from '../../ui/report-error.ts';
import { isPackageNode } from '../../views/package-nodes.ts';
import type { PackageNode, ReleaseNode } from '../../views/package-nodes.ts';
import { revealFolder } from '../reveal.ts';
import { pickPackage } from '../search/pick-package.ts';
import { applyPlan } from './apply-plan.ts';
import { chooseVersion } from './choose-version.ts';
import { confirmPlan } from './confirm-plan.ts';
import { makePlan } from './make-plan.ts';
import { chooseProject, isInWorkspace, mayChange } from './project-folder.ts';

const { t } = vscode.l10n;
const READ_BOUND = 30_000;

/** What shall be installed; the version is asked for when it is open. */
export interface Wanted {
  readonly id: string;
  readonly name: string;
  readonly version?: string;
}

/** Install the item's package or release, or one that the user finds. */
export async function installCommand(services: Services, argument?: unknown): Promise<void> {
  const wanted = isPackageNode(argument) ? wantedOf(argument) : await pickPackage(services, t('Install Package'));
  if (wanted !== undefined) await installPackage(services, wanted);
}

function wantedOf(node: PackageNode | ReleaseNode): Wanted {
  const { id, name } = node.summary;
  return node.kind === 'release' ? { id, name, version: node.release.version } : { id, name };
}

/** Ask what is open (version, folder), show the plan, then install with progress and say where it is. */
export async function installPackage(services: Services, wanted: Wanted): Promise<void> {
  await services.node.start();
  const version = wanted.version ?? (await chooseVersion(services, wanted));
  if (version === undefined) return;
  const place = await chooseProject(wanted.name, version);
  if (place === undefined || !mayChange(place.project)) return;
  const name = `${plainText(wanted.name)} ${plainText(version)}`;
  try {
    const packages = [`${wanted.id}@${await requirementOf(services, wanted.id, version)}`];
    const plan = await makePlan(services, t('Install {0}', name), { ...place, mode: 'add', packages });
    if (!plan.changes) {
      void vscode.window.showInformationMessage(t('{0} is installed there already.', name));
      return;
    }
    if (!(await confirmPlan(services, plan, { title: t('Install {0}?', name), yes: t('Install {0}', name) }))) return;
    const installed = await applyPlan(services, plan, t('Installing {0}', name));
    if (installed !== undefined) void announce(plan, installed, wanted.id);
  } catch (error) {
    if (errorName(error) !== 'TargetNotEmpty' && errorName(error) !== 'TargetNotWritable') throw error;
    const again = { title: t('Choose Another Folder'), run: () => retry(services, { ...wanted, version }) };
    void reportError(services.log, error, [again]);
  }
}

/** The latest version stands for all that are compatible with it; an older one was chosen for what it is. */
async function requirementOf({ host }: Services, id: string, version: string): Promise<string> {
  const engine = await host.engine();
  const { latest } = await bounded(READ_BOUND, undefined, (signal) => engine.getPackage({ id }, { signal }));
  return version === latest ? `^${version}` : version;
}

async function retry(services: Services, wanted: Required<Wanted>): Promise<void> {
  await installPackage(services, wanted).catch((error: unknown) => reportError(services.log, error));
}

async function announce(plan: InstallPlan, installed: readonly InstalledPackage[], id: string): Promise<void> {
  const found = installed.find((one) => one.id === id);
  if (found === undefined) return;
  const { name, version, path, files, size } = found;
  const others = plan.packages.filter(({ action }) => action !== 'keep').length - 1;
  const message = [
    t(
      'Installed {0} {1}: {2}, {3}, every byte verified. It is in {4}.',
      plainText(name),
      plainText(version),
      countFiles(files, t),
      formatBytes(size),
      plainText(path),
    ),
    ...(others > 0
      ? [others === 1 ? t('1 other package changed with it.') : t('{0} other packages changed with it.', others)]
      : []),
  ].join(' ');
  await ask('information', message, [
    { title: isInWorkspace(path) ? t('Reveal') : t('Open Folder'), run: () => revealFolder(path) },
  ]);
}
