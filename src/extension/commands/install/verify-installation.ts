import { join } from 'node:path';
import * as vscode from 'vscode';
import type { InstallProgress } from '../../../shared/api/index.ts';
import type { InstalledPackage, InstallationCheck } from '../../../shared/model.ts';
import { releaseUri } from '../../filesystem/release-uri.ts';
import type { Services } from '../../services.ts';
import { countFiles } from '../../ui/format.ts';
import { notify } from '../../ui/notify.ts';
import { plainText } from '../../ui/plain-text.ts';
import { withProgress } from '../../ui/progress.ts';
import { describeProgress } from './apply-plan.ts';
import { pickInstalled } from './pick-installed.ts';
import { mayChange } from './project-folder.ts';

const { t } = vscode.l10n;

interface CheckItem extends vscode.QuickPickItem {
  readonly show?: { readonly kind: 'changed' | 'missing' | 'extra'; readonly path: string };
  readonly restore?: boolean;
}

/** Compare the files of an installed package with its release: that of the tree item, or one that the user picks. */
export async function verifyInstallation(services: Services, argument?: unknown): Promise<void> {
  const installed = await pickInstalled(services, argument, t('Verify Installation'));
  if (installed === undefined) return;
  const name = `${plainText(installed.name)} ${plainText(installed.version)}`;
  const engine = await services.client.engine();
  const check = await withProgress<InstallationCheck, InstallProgress>(
    t('Verifying {0}', name),
    describeProgress,
    (task) => engine.verifyInstalled({ path: installed.path }, task),
  );
  if (check.changed.length + check.missing.length + check.extra.length === 0) {
    const files = countFiles(check.files, t);
    void notify('information', t('{0} matches the release its publisher signed: {1} verified.', name, files));
    return;
  }
  const picked = await vscode.window.showQuickPick(checkItems(check), {
    title: t(
      '{0}: {1} changed, {2} missing, {3} added',
      name,
      check.changed.length,
      check.missing.length,
      check.extra.length,
    ),
    placeHolder: t('Select a file to compare it with the release'),
    ignoreFocusOut: true,
  });
  if (picked?.show !== undefined) await showFile(installed, picked.show);
  if (picked?.restore === true && mayChange(installed.path)) await restore(services, installed, check);
}

function checkItems({ changed, executeBits, missing, extra }: InstallationCheck): CheckItem[] {
  const items = (kind: 'changed' | 'missing' | 'extra', icon: string, paths: readonly string[]): CheckItem[] =>
    paths.map((path) => {
      const description = describeBit(executeBits, path);
      const item = { label: `$(${icon}) ${plainText(path)}`, show: { kind, path } };
      return description === undefined ? item : { ...item, description };
    });
  const group = (label: string, list: readonly CheckItem[]): CheckItem[] =>
    list.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...list];
  const broken = changed.length + missing.length;
  return [
    ...group(t('Changed'), items('changed', 'diff-modified', changed)),
    ...group(t('Missing'), items('missing', 'diff-removed', missing)),
    ...group(t('Not part of the package'), items('extra', 'diff-added', extra)),
    ...(broken === 0
      ? []
      : group(t('This package'), [
          {
            label: `$(discard) ${t('Restore changed and missing files: {0}', countFiles(broken, t))}`,
            detail: t(
              'Your changes to these files will be overwritten. Files that are not part of the package are kept.',
            ),
            alwaysShow: true,
            restore: true,
          },
        ])),
  ];
}

function describeBit({ lost, added }: InstallationCheck['executeBits'], path: string): string | undefined {
  if (lost.includes(path)) return t('execute bit lost');
  return added.includes(path) ? t('execute bit added') : undefined;
}

async function showFile(installed: InstalledPackage, { kind, path }: NonNullable<CheckItem['show']>): Promise<void> {
  const file = vscode.Uri.file(join(installed.path, path));
  const released = releaseUri(installed, path);
  if (kind === 'missing') await vscode.commands.executeCommand('vscode.open', released);
  else if (kind === 'changed') {
    const title = t('{0} ({1} ↔ Local)', path, installed.version);
    await vscode.commands.executeCommand('vscode.diff', released, file, title);
  } else if (path.endsWith('/')) await vscode.commands.executeCommand('revealInExplorer', file);
  else await vscode.commands.executeCommand('vscode.open', file);
}

async function restore(
  services: Services,
  { id, version, path, name }: InstalledPackage,
  { changed }: InstallationCheck,
): Promise<void> {
  const engine = await services.client.engine();
  const overwrite = changed.map((file) => join(path, file));
  await withProgress<InstalledPackage, InstallProgress>(
    t('Restoring {0} {1}', plainText(name), plainText(version)),
    describeProgress,
    (task) => engine.install({ id, version, to: path, replace: true, overwrite }, task),
  );
  vscode.window.setStatusBarMessage(`$(check) ${t('{0} restored to the signed release', plainText(name))}`, 5_000);
}
