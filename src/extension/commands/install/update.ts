import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { InstallProgress } from '../../../shared/api/index.ts';
import type { InstallPlan, InstalledPackage } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { notify } from '../../ui/notify.ts';
import { plainText } from '../../ui/plain-text.ts';
import { withProgress } from '../../ui/progress.ts';
import { startNodeIfPossible } from '../read/choose-release.ts';
import { showChanges } from '../read/show-changes.ts';
import { applyPlan, describeProgress } from './apply-plan.ts';
import { withOverwriteConfirmation } from './changed-files.ts';
import { confirmPlan } from './confirm-plan.ts';
import { makePlan } from './make-plan.ts';
import { listInstalled, pickInstalled } from './pick-installed.ts';
import { mayChange } from './project-folder.ts';

const { t } = vscode.l10n;
const READ_TIMEOUT_MS = 30_000;

/** Update a package and its dependencies to the latest version: that of the tree item, or one that the user picks. */
export async function updatePackage(services: Services, argument?: unknown): Promise<void> {
  const installed = await pickInstalled(services, argument, t('Update Package'));
  if (installed === undefined || !mayChange(installed.path)) return;
  await startNodeIfPossible(services);
  const latest = await latestOf(services, installed);
  const name = plainText(installed.name);
  if (latest === undefined || latest === installed.version) {
    void notify('information', t('{0} {1} is the latest version.', name, plainText(installed.version)));
    return;
  }
  if (installed.project === undefined) await updateSingle(services, installed, latest);
  else {
    const packages = [`${installed.id}@^${latest}`];
    const title = t('Update {0} to {1}', name, plainText(latest));
    const plan = await makePlan(services, title, { project: installed.project, mode: 'update', packages });
    if (plan.changes) await runPlan(services, title, plan);
    else {
      const message = t('{0} was not updated: packages that depend on it do not allow {1}.', name, plainText(latest));
      void notify('information', message);
    }
  }
}

/**
 * Update the packages of all projects within their requirements, one project after the other, then packages without a
 * project.
 */
export async function updateAll(services: Services): Promise<void> {
  const all = await listInstalled(services);
  const projects = [...new Set(all.flatMap(({ project }) => (project === undefined ? [] : [project])))];
  await startNodeIfPossible(services);
  let changes = false;
  for (const project of projects.filter(mayChange)) {
    const title = t('Update all packages in {0}', basename(project));
    const plan = await makePlan(services, title, { project, mode: 'update' });
    if (!plan.changes) continue;
    changes = true;
    await runPlan(services, title, plan);
  }
  for (const installed of all.filter(({ project, path }) => project === undefined && mayChange(path))) {
    const latest = await latestOf(services, installed);
    if (latest === undefined || latest === installed.version) continue;
    changes = true;
    await updateSingle(services, installed, latest);
  }
  if (!changes) {
    void notify('information', t('All packages are up to date.'));
  }
}

async function latestOf({ client }: Services, { id }: InstalledPackage): Promise<string | undefined> {
  const engine = await client.engine();
  return (await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) => engine.getPackage({ id }, { signal }))).latest;
}

async function runPlan(services: Services, title: string, plan: InstallPlan): Promise<void> {
  if (!(await confirmPlan(services, plan, { title: `${title}?`, confirmLabel: title }))) return;
  if ((await applyPlan(services, plan, title)) === undefined) return;
  const count = plan.packages.filter(({ action }) => action !== 'keep').length;
  const message = count === 1 ? t('1 package updated') : t('{0} packages updated', count);
  vscode.window.setStatusBarMessage(`$(check) ${message}`, 5_000);
}

/** Update a package without a project. No plan is needed, but the user can look at the changes first. */
async function updateSingle(services: Services, installed: InstalledPackage, latest: string): Promise<void> {
  const { id, name, version, path } = installed;
  const title = t('Update {0} to {1}', plainText(name), plainText(latest));
  const yes = { label: `$(check) ${title}`, detail: path };
  const compare = { label: `$(diff-multiple) ${t('Show changes since {0}', plainText(version))}` };
  const picked = await vscode.window.showQuickPick([yes, compare], { title: `${title}?`, ignoreFocusOut: true });
  if (picked === compare) await showChanges(services, { id, name, version }, { id, name, version: latest });
  if (picked !== yes) return;
  const engine = await services.client.engine();
  const done = await withOverwriteConfirmation((overwrite) =>
    withProgress<InstalledPackage, InstallProgress>(title, describeProgress, (task) =>
      engine.install({ id, version: latest, to: path, replace: true, overwrite }, task),
    ),
  );
  if (done !== undefined) vscode.window.setStatusBarMessage(`$(check) ${t('1 package updated')}`, 5_000);
}
