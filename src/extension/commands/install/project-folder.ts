import { lstat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import * as vscode from 'vscode';
import { notify, notifyUntrusted } from '../../ui/notify.ts';

const { t } = vscode.l10n;

/** Folder of a workspace folder that holds the packages' folders, as the engine has it. */
const PACKAGES_FOLDER = 'packages';
const LOCK_FILE = 'ggen.lock';

/** Where packages go: a folder with its lock file. */
export interface ProjectFolder {
  /** Absolute path. */
  readonly project: string;
  /** Where in it the packages' folders are; absent where that is the usual place. */
  readonly folder?: string;
}

interface FolderItem extends vscode.QuickPickItem {
  /** Absent: the user wants another one. */
  readonly projectFolder?: ProjectFolder;
}

/** Ask into which project a package shall be installed; undefined when the user leaves. */
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

/** The folder whose lock file is meant: the argument's, the only one of the workspace that has one, or the one picked. */
export async function chooseLockedProject(argument: unknown): Promise<string | undefined> {
  if (argument instanceof vscode.Uri && argument.scheme === 'file') return join(argument.fsPath, '..');
  const folders = localFolders().map(({ uri }) => uri.fsPath);
  const locked = (await Promise.all(folders.map(async (path) => ((await hasLock(path)) ? [path] : [])))).flat();
  if (locked.length > 1) {
    const title = t('Select the folder with the lock file to install from');
    return await vscode.window.showQuickPick(locked, { title, ignoreFocusOut: true });
  }
  // Without any, the engine says that there is none, and where it looked.
  return locked[0] ?? folders[0];
}

async function hasLock(folder: string): Promise<boolean> {
  return (await lstat(join(folder, LOCK_FILE)).catch(() => undefined))?.isFile() === true;
}

/** Whether the path lies in a folder of the workspace. */
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

/** Whether files of this place may be changed; the user is told when they may not, as the workspace is not trusted. */
export function mayChange(path: string): boolean {
  if (vscode.workspace.isTrusted || !isInWorkspace(path)) return true;
  void notifyUntrusted(t('This workspace is not trusted. Trust it to install packages into it.'));
  return false;
}

function localFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
}
