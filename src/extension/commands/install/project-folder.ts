import { lstat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import * as vscode from 'vscode';
import { notify, notifyUntrusted } from '../../ui/notify.ts';

const { t } = vscode.l10n;

/** Folder for packages in a workspace folder; the engine's default too. */
const PACKAGES_FOLDER = 'packages';
const LOCK_FILE = 'ggen.lock';

/** Where packages are installed: a folder with a lock file. */
export interface ProjectFolder {
  /** Absolute path. */
  readonly project: string;
  /** Path of the packages' folder in the project; the engine's default when absent. */
  readonly folder?: string;
}

interface FolderItem extends vscode.QuickPickItem {
  /** Absent on the item that opens the folder dialog. */
  readonly projectFolder?: ProjectFolder;
}

/** Ask for the project to install a package into; undefined when the user cancels. */
export async function chooseProject(name: string, version: string): Promise<ProjectFolder | undefined> {
  const picked = await vscode.window.showQuickPick(suggestions(name), {
    title: t('Select the folder to install {0} {1} into', name, version),
    placeHolder: t('A new folder is created for the package. Existing files are not overwritten.'),
    ignoreFocusOut: true,
  });
  if (picked === undefined) return undefined;
  return picked.projectFolder ?? (await browseForFolder(name));
}

function suggestions(name: string): FolderItem[] {
  const folders = vscode.workspace.isTrusted ? localFolders() : [];
  return [
    ...folders.map((folder): FolderItem => ({
      label: `$(folder) ${join(folder.name, PACKAGES_FOLDER, name)}`,
      description: t('in this workspace'),
      detail: join(folder.uri.fsPath, PACKAGES_FOLDER, name),
      projectFolder: { project: folder.uri.fsPath },
    })),
    { label: `$(folder-opened) ${t('Choose another folder…')}`, alwaysShow: true },
  ];
}

async function browseForFolder(name: string): Promise<ProjectFolder | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: t('Select the folder to create “{0}” in', name),
      openLabel: t('Install Here'),
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: false,
    })) ?? [];
  if (chosen === undefined) return undefined;
  if (chosen.scheme === 'file') return { project: chosen.fsPath, folder: '' };
  void notify('error', t('Packages can only be installed into a folder on disk.'));
  return undefined;
}

/**
 * The folder of a lock file. If several workspace folders have one, the user picks; undefined when the user cancels or
 * no folder is open.
 *
 * @param argument URI of a lock file
 */
export async function chooseLockedProject(argument: unknown): Promise<string | undefined> {
  if (argument instanceof vscode.Uri && argument.scheme === 'file') return join(argument.fsPath, '..');
  const folders = localFolders().map(({ uri }) => uri.fsPath);
  const locked = (await Promise.all(folders.map(async (path) => ((await hasLock(path)) ? [path] : [])))).flat();
  if (locked.length > 1) {
    const title = t('Select the folder with the lock file to install from');
    return await vscode.window.showQuickPick(locked, { title, ignoreFocusOut: true });
  }
  // Without a lock file, the engine's error names the folder that it searched.
  return locked[0] ?? folders[0];
}

async function hasLock(folder: string): Promise<boolean> {
  return (await lstat(join(folder, LOCK_FILE)).catch(() => undefined))?.isFile() === true;
}

/** Whether the path is in a folder of the workspace. */
export function isInWorkspace(path: string): boolean {
  return localFolders().some(({ uri }) => {
    const relativePath = relative(uri.fsPath, path);
    return (
      relativePath !== '..' &&
      !relativePath.startsWith('../') &&
      !relativePath.startsWith('..\\') &&
      !isAbsolute(relativePath)
    );
  });
}

/** Whether files at this path may be written. A notification is shown when Restricted Mode forbids it. */
export function mayChange(path: string): boolean {
  if (vscode.workspace.isTrusted || !isInWorkspace(path)) return true;
  void notifyUntrusted(t('This workspace is not trusted. Trust it to install packages into it.'));
  return false;
}

function localFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
}
