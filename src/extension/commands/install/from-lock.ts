import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../../services.ts';
import { commandAction, notify } from '../../ui/notify.ts';
import { startNodeIfPossible } from '../read/choose-release.ts';
import { applyPlan } from './apply-plan.ts';
import { confirmPlan } from './confirm-plan.ts';
import { makePlan } from './make-plan.ts';
import { chooseLockedProject, mayChange } from './project-folder.ts';

const { t } = vscode.l10n;

/**
 * Make the packages of a folder match its lock file.
 *
 * @param argument URI of the lock file; without it, that of the workspace is used
 */
export async function installFromLock(services: Services, argument?: unknown): Promise<void> {
  const project = await chooseLockedProject(argument);
  if (project === undefined) {
    const openFolder = commandAction(t('Open Folder'), 'workbench.action.files.openFolder');
    void notify('information', t('Open a folder that contains a ggen.lock file first.'), [openFolder]);
    return;
  }
  if (!mayChange(project)) return;
  await startNodeIfPossible(services);
  const title = t('Install from the lock file in {0}', basename(project));
  const plan = await makePlan(services, title, { project, mode: 'lock' });
  if (!plan.changes) {
    void notify('information', t('All packages in the lock file of {0} are installed.', basename(project)));
    return;
  }
  if (!(await confirmPlan(services, plan, { title, confirmLabel: t('Install these versions') }))) return;
  const installed = await applyPlan(services, plan, title);
  if (installed === undefined) return;
  const message =
    installed.length === 1
      ? t('1 package now matches the lock file')
      : t('{0} packages now match the lock file', installed.length);
  vscode.window.setStatusBarMessage(`$(check) ${message}`, 5_000);
}
