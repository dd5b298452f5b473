import * as vscode from 'vscode';
import { releaseUri } from '../../filesystem/release-uri.ts';
import type { Services } from '../../services.ts';
import { notify } from '../../ui/notify.ts';
import { chooseRelease, startNodeIfPossible } from './choose-release.ts';
import type { ChosenRelease } from './choose-release.ts';

const { t } = vscode.l10n;

interface OpenItem extends vscode.QuickPickItem {
  readonly open: () => Promise<void>;
}

/** Open a release in the Explorer as a read-only folder, in this window or a new one. */
export async function openReleaseFolder(services: Services, argument?: unknown): Promise<void> {
  const release = await chooseRelease(services, argument, t('Open Release as Folder'));
  if (release === undefined) return;
  const picked = await vscode.window.showQuickPick(openItems(release), {
    title: t('Select where to open {0} {1} as a read-only folder', release.name, release.version),
    ignoreFocusOut: true,
  });
  if (picked === undefined) return;
  await startNodeIfPossible(services);
  await picked.open();
}

function openItems(release: ChosenRelease): OpenItem[] {
  const uri = releaseUri(release);
  const here = vscode.workspace.getWorkspaceFolder(uri);
  if (here?.uri.toString() === uri.toString()) {
    return [{ label: `$(folder-opened) ${t('Show in this window (already open)')}`, open: () => reveal(uri) }];
  }
  return [
    {
      label: `$(add) ${t('Add to this window')}`,
      detail: t('Adds a folder to the workspace. VS Code may restart the extensions in this window.'),
      open: () => addFolder(release, uri),
    },
    {
      label: `$(empty-window) ${t('Open in a new window')}`,
      detail: t('This window does not change.'),
      open: () => openInNewWindow(uri),
    },
  ];
}

async function addFolder({ name, version }: ChosenRelease, uri: vscode.Uri): Promise<void> {
  const count = vscode.workspace.workspaceFolders?.length ?? 0;
  if (!vscode.workspace.updateWorkspaceFolders(count, 0, { uri, name: `${name} ${version}` })) {
    void notify('error', t('VS Code could not add the folder to this window.'), [
      { title: t('Open in New Window'), run: () => openInNewWindow(uri) },
    ]);
    return;
  }
  await reveal(uri);
}

async function openInNewWindow(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
}

async function reveal(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('revealInExplorer', uri);
}
