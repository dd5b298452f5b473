import * as vscode from 'vscode';
import { errorName } from '../../../shared/errors.ts';
import type { InstallPlan, InstalledPackage } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { countFiles, formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { notify, reportError } from '../../ui/notify.ts';
import type { NotificationAction } from '../../ui/notify.ts';
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
const READ_TIMEOUT_MS = 30_000;

/** A package to install; the user picks the version when it is absent. */
export interface InstallTarget {
  readonly id: string;
  readonly name: string;
  readonly version?: string;
}

/** Install the package or release of a tree item, or a package that the user searches. */
export async function installCommand(services: Services, argument?: unknown): Promise<void> {
  const target = isPackageNode(argument) ? targetOf(argument) : await pickPackage(services, t('Install Package'));
  if (target !== undefined) await installPackage(services, target);
}

function targetOf(node: PackageNode | ReleaseNode): InstallTarget {
  const { id, name } = node.summary;
  return node.kind === 'release' ? { id, name, version: node.release.version } : { id, name };
}

/** Ask for the version and the folder, confirm the plan, apply it with progress, and report the folder. */
export async function installPackage(services: Services, target: InstallTarget): Promise<void> {
  await services.node.start();
  const version = target.version ?? (await chooseVersion(services, target));
  if (version === undefined) return;
  const projectFolder = await chooseProject(target.name, version);
  if (projectFolder === undefined || !mayChange(projectFolder.project)) return;
  const name = `${plainText(target.name)} ${plainText(version)}`;
  try {
    const packages = [`${target.id}@${await requirementOf(services, target.id, version)}`];
    const plan = await makePlan(services, t('Install {0}', name), { ...projectFolder, mode: 'add', packages });
    if (!plan.changes) {
      notifyAlreadyInstalled(plan, target.id, name);
      return;
    }
    if (!(await confirmPlan(services, plan, { title: t('Install {0}?', name), confirmLabel: t('Install {0}', name) })))
      return;
    const installed = await applyPlan(services, plan, t('Installing {0}', name));
    if (installed !== undefined) void notifyInstalled(plan, installed, target.id);
  } catch (error) {
    if (errorName(error) !== 'TargetNotEmpty' && errorName(error) !== 'TargetNotWritable') throw error;
    const retryAction = { title: t('Choose Another Folder'), run: () => retry(services, { ...target, version }) };
    void reportError(services.log, error, [retryAction]);
  }
}

/** A caret range for the latest version; the exact version when the user chose an older one. */
async function requirementOf({ client }: Services, id: string, version: string): Promise<string> {
  const engine = await client.engine();
  const { latest } = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) =>
    engine.getPackage({ id }, { signal }),
  );
  return version === latest ? `^${version}` : version;
}

async function retry(services: Services, target: Required<InstallTarget>): Promise<void> {
  await installPackage(services, target).catch((error: unknown) => reportError(services.log, error));
}

function notifyAlreadyInstalled({ packages }: InstallPlan, id: string, name: string): void {
  const path = packages.find((one) => one.id === id)?.path;
  const actions = path === undefined ? [] : [revealAction(path)];
  void notify('information', t('{0} is already installed in this folder.', name), actions);
}

function revealAction(path: string): NotificationAction {
  return { title: isInWorkspace(path) ? t('Reveal') : t('Open Folder'), run: () => revealFolder(path) };
}

async function notifyInstalled(plan: InstallPlan, installed: readonly InstalledPackage[], id: string): Promise<void> {
  const found = installed.find((one) => one.id === id);
  if (found === undefined) return;
  const { name, version, path, files, size, received = 0 } = found;
  const others = plan.packages.filter(({ action }) => action !== 'keep').length - 1;
  const message = [
    t(
      'Installed {0} {1} in {4}: {2}, {3} ({5} received), every byte verified.',
      plainText(name),
      plainText(version),
      countFiles(files, t),
      formatBytes(size),
      plainText(path),
      formatBytes(received),
    ),
    ...(others > 0
      ? [others === 1 ? t('1 other package was also changed.') : t('{0} other packages were also changed.', others)]
      : []),
  ].join(' ');
  await notify('information', message, [revealAction(path)]);
}
