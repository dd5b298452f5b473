import { readdir } from 'node:fs/promises';
import { join, relative, isAbsolute } from 'node:path';
import * as vscode from 'vscode';

const { t } = vscode.l10n;

interface FolderItem extends vscode.QuickPickItem {
  /** Absent: the user wants another one. */
  readonly path?: string;
}

/** Ask for the folder that shall hold the package's files; undefined when the user leaves. Absolute path. */
export async function chooseTargetFolder(name: string, version: string): Promise<string | undefined> {
  const picked = await vscode.window.showQuickPick(suggestions(name, version), {
    title: t('Install {0} {1}: into which folder?', name, version),
    placeHolder: t('The folder is made for the package; nothing that exists is overwritten'),
    ignoreFocusOut: true,
  });
  if (picked === undefined) return undefined;
  return picked.path ?? (await browse(name));
}

async function suggestions(name: string, version: string): Promise<FolderItem[]> {
  const folders = localFolders();
  const items: FolderItem[] = [];
  for (const folder of vscode.workspace.isTrusted ? folders : []) {
    const path = await firstFree(join(folder.uri.fsPath, 'packages'), [name, `${name}-${version}`]);
    if (path === undefined) continue;
    const place = join(folder.name, relative(folder.uri.fsPath, path));
    items.push({ label: `$(folder) ${place}`, description: t('in this workspace'), detail: path, path });
  }
  return [...items, { label: `$(folder-opened) ${t('Choose another folder…')}`, alwaysShow: true }];
}

/** The first of these names that is not taken in the folder. */
async function firstFree(parent: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const path = join(parent, name);
    if (await isFree(path)) return path;
  }
  return undefined;
}

async function isFree(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

async function browse(name: string): Promise<string | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: t('Folder in which “{0}” is made', name),
      openLabel: t('Install Here'),
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: false,
    })) ?? [];
  if (chosen === undefined) return undefined;
  if (chosen.scheme === 'file') return join(chosen.fsPath, name);
  void vscode.window.showErrorMessage(t('Packages can only be installed into a folder on disk.'));
  return undefined;
}

/** Whether the path lies in a folder of the workspace. */
export function isInWorkspace(path: string): boolean {
  return localFolders().some(({ uri }) => {
    const way = relative(uri.fsPath, path);
    return way !== '..' && !way.startsWith('../') && !way.startsWith('..\\') && !isAbsolute(way);
  });
}

function localFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
}
