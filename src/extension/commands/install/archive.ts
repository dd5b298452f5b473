import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { InstallProgress } from '../../../shared/api/index.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { ArchiveReceipt } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { withProgress } from '../../ui/progress.ts';
import { notify, reportError } from '../../ui/notify.ts';
import { chooseRelease, startNodeIfPossible } from '../read/choose-release.ts';
import { describeProgress } from './apply-plan.ts';
import { installPackage } from './install.ts';

const { t } = vscode.l10n;
const EXTENSION = 'car';

/**
 * Export a release with its package record to an archive file: the release of the tree item, or the latest one of a
 * package that the user searches.
 */
export async function exportPackage(services: Services, argument?: unknown): Promise<void> {
  const release = await chooseRelease(services, argument, t('Export Package to File'));
  if (release === undefined) return;
  const { id, name, version } = release;
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const start = folder?.uri.scheme === 'file' ? folder.uri.fsPath : homedir();
  const to = await vscode.window.showSaveDialog({
    title: t('Export {0} {1}', name, version),
    defaultUri: vscode.Uri.file(join(start, `${name}-${version}.${EXTENSION}`)),
    filters: { [t('Package Archive')]: [EXTENSION] },
  });
  if (to === undefined) return;
  if (to.scheme !== 'file')
    throw new GgenError('InvalidRequest', t('Packages can only be exported to a file on disk.'));
  await startNodeIfPossible(services);
  const engine = await services.client.engine();
  const receipt = await withProgress<ArchiveReceipt, InstallProgress>(
    t('Exporting {0} {1}', plainText(name), plainText(version)),
    describeProgress,
    (task) => engine.exportPackage({ id, version, to: to.fsPath }, task),
  );
  const message = t(
    'Exported {0} {1} ({2}) to {3}. The file can be imported without a network.',
    plainText(name),
    plainText(version),
    formatBytes(receipt.bytes),
    plainText(receipt.path),
  );
  void notify('information', message);
}

/**
 * Import a release from an archive file and offer to install it.
 *
 * @param argument URI of the file; the user selects one when it is absent
 */
export async function importPackage(services: Services, argument?: unknown): Promise<void> {
  const from = argument instanceof vscode.Uri ? argument : await chooseFile();
  if (from === undefined) return;
  if (from.scheme !== 'file')
    throw new GgenError('InvalidRequest', t('Packages can only be imported from a file on disk.'));
  const engine = await services.client.engine();
  const { id, version, blocks } = await withProgress<ArchiveReceipt, InstallProgress>(
    t('Importing {0}', plainText(from.fsPath)),
    describeProgress,
    (task) => engine.importPackage({ from: from.fsPath }, task),
  );
  const name = id.slice(id.indexOf('/') + 1);
  const install = (): Promise<void> =>
    installPackage(services, { id, name, version }).catch((error: unknown) => reportError(services.log, error));
  const message = t(
    'Imported {0} {1}: signature and {2} blocks verified.',
    plainText(name),
    plainText(version),
    blocks,
  );
  void notify('information', message, [{ title: t('Install'), run: install }]);
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: t('Import Package from File'),
    openLabel: t('Import'),
    filters: { [t('Package Archive')]: [EXTENSION] },
    canSelectMany: false,
  });
  return chosen?.[0];
}
