import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { GgenError } from '../../shared/errors.ts';
import type { InstalledPackage } from '../../shared/model.ts';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import type { Services } from '../services.ts';
import { plainText } from '../ui/plain-text.ts';
import { isPackageNode } from '../views/package-nodes.ts';
import type { PackageNode, ReleaseNode } from '../views/package-nodes.ts';
import { isInWorkspace } from './install/project-folder.ts';

const { t } = vscode.l10n;
const READ_TIMEOUT_MS = 5_000;

/** Reveal the folder of an installed package: that of the tree item, or one that the user picks. */
export async function revealInstalled({ client }: Services, argument?: unknown): Promise<void> {
  const engine = await client.engine();
  const all = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) => engine.installed({}, { signal }));
  const matching = isPackageNode(argument) ? all.filter((one) => belongsTo(one, argument)) : all;
  if (matching.length === 0) throw new GgenError('PackageNotFound', t('There are no installed packages to reveal.'));
  const chosen = matching.length === 1 ? matching[0] : await pickInstalled(matching);
  if (chosen !== undefined) await revealFolder(chosen.path);
}

function belongsTo(installed: InstalledPackage, node: PackageNode | ReleaseNode): boolean {
  if (installed.id !== node.summary.id) return false;
  return node.kind === 'package' || installed.version === node.release.version;
}

async function pickInstalled(all: readonly InstalledPackage[]): Promise<InstalledPackage | undefined> {
  const items = all.map((installed) => ({
    label: `$(package) ${plainText(installed.name)}`,
    description: plainText(installed.version),
    detail: installed.path,
    installed,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Reveal Installed Package'),
    matchOnDetail: true,
  });
  return picked?.installed;
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
