import * as vscode from 'vscode';
import { GgenError } from '../../../shared/errors.ts';
import type { InstalledPackage } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { plainText } from '../../ui/plain-text.ts';
import { isPackageNode } from '../../views/package-nodes.ts';
import type { PackageNode, ReleaseNode } from '../../views/package-nodes.ts';

const READ_TIMEOUT_MS = 10_000;

function workspaceFolders(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
}

/** The packages that are installed on this machine and in the workspace; with a tree item, only those of its package or release. */
export async function listInstalled({ client }: Services, argument?: unknown): Promise<readonly InstalledPackage[]> {
  const engine = await client.engine();
  const all = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) =>
    engine.installed({ folders: workspaceFolders() }, { signal }),
  );
  return isPackageNode(argument) ? all.filter((installed) => belongsTo(installed, argument)) : all;
}

function belongsTo({ id, version }: InstalledPackage, node: PackageNode | ReleaseNode): boolean {
  return node.summary.id === id && (node.kind === 'package' || node.release.version === version);
}

/**
 * The installed package of a tree item, or one that the user picks. Undefined when the user cancels.
 *
 * @throws GgenError NotInstalled when no package matches
 */
export async function pickInstalled(
  services: Services,
  argument: unknown,
  title: string,
): Promise<InstalledPackage | undefined> {
  const matching = await listInstalled(services, argument);
  if (matching.length === 0) throw new GgenError('NotInstalled', vscode.l10n.t('No matching package is installed.'));
  if (isPackageNode(argument) && matching.length === 1) return matching[0];
  return await pickFrom(matching, title);
}

/** Let the user pick one of several installed packages; undefined when the user cancels. */
export async function pickFrom(
  installed: readonly InstalledPackage[],
  title: string,
): Promise<InstalledPackage | undefined> {
  const items = installed.map((one) => ({
    label: `$(package) ${plainText(one.name)}`,
    description: plainText(one.version),
    detail: one.path,
    installed: one,
  }));
  const options = { title, matchOnDetail: true, ignoreFocusOut: true };
  return (await vscode.window.showQuickPick(items, options))?.installed;
}
