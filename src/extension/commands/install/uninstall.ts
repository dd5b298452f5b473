import * as vscode from 'vscode';
import type { InstalledPackage } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { plainText } from '../../ui/plain-text.ts';
import { withCancelButton } from '../../ui/progress.ts';
import { applyPlan } from './apply-plan.ts';
import { withOverwriteConfirmation } from './changed-files.ts';
import { confirmPlan } from './confirm-plan.ts';
import { makePlan } from './make-plan.ts';
import { pickInstalled } from './pick-installed.ts';
import { mayChange } from './project-folder.ts';

const { t } = vscode.l10n;

/** Uninstall a package and its orphaned dependencies: that of the tree item, or one that the user picks. */
export async function uninstallPackage(services: Services, argument?: unknown): Promise<void> {
  const installed = await pickInstalled(services, argument, t('Uninstall Package'));
  if (installed === undefined || !mayChange(installed.path)) return;
  const { name, version, project, id } = installed;
  const title = t('Uninstall {0} {1}', plainText(name), plainText(version));
  const removed =
    project === undefined
      ? await removeSingle(services, installed, title)
      : await removeFrom(services, project, id, title);
  if (removed) vscode.window.setStatusBarMessage(`$(check) ${t('{0} uninstalled', plainText(name))}`, 5_000);
}

async function removeFrom(services: Services, project: string, id: string, title: string): Promise<boolean> {
  const plan = await makePlan(services, title, { project, mode: 'remove', packages: [id] });
  if (!(await confirmPlan(services, plan, { title: `${title}?`, confirmLabel: title }))) return false;
  return (await applyPlan(services, plan, title)) !== undefined;
}

async function removeSingle(services: Services, { path }: InstalledPackage, title: string): Promise<boolean> {
  const confirmed = await vscode.window.showQuickPick([{ label: `$(trash) ${title}`, detail: path }], {
    title: `${title}?`,
    ignoreFocusOut: true,
  });
  if (confirmed === undefined) return false;
  const engine = await services.client.engine();
  const done = await withOverwriteConfirmation((overwrite) =>
    withCancelButton(title, async (signal) => {
      await engine.uninstall({ path, overwrite }, { signal });
      return true;
    }),
  );
  return done === true;
}
