import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { GgenError } from '../../shared/errors.ts';
import type { Services } from '../services.ts';
import { listInstalled, pickFrom } from './install/pick-installed.ts';
import { isInWorkspace } from './install/project-folder.ts';

const { t } = vscode.l10n;

/** Reveal the folder of an installed package: that of the tree item, or one that the user picks. */
export async function revealInstalled(services: Services, argument?: unknown): Promise<void> {
  const matching = await listInstalled(services, argument);
  if (matching.length === 0) throw new GgenError('PackageNotFound', t('There are no installed packages to reveal.'));
  const picked = matching.length === 1 ? matching[0] : await pickFrom(matching, t('Reveal Installed Package'));
  if (picked !== undefined) await revealFolder(picked.path);
}

/**
 * Reveal a folder: in the Explorer when it is in the workspace, else in the system's file manager, else in a new
 * window.
 *
 * @throws GgenError PackageNotFound when the folder no longer exists
 */
export async function revealFolder(path: string): Promise<void> {
  const uri = vscode.Uri.file(path);
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) {
    throw new GgenError('PackageNotFound', t('The folder {0} no longer exists.', path));
  }
  if (isInWorkspace(path)) await vscode.commands.executeCommand('revealInExplorer', uri);
  else if (vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined) {
    await vscode.commands.executeCommand('revealFileInOS', uri);
  } else await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
}
