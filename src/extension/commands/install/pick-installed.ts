import * as vscode from 'vscode';
import { GgenError } from '../../../shared/errors.ts';
import type { InstalledPackage } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { plainText } from '../../ui/plain-text.ts';
import { isPackageNode } from '../../views/package-nodes.ts';

const READ_TIMEOUT_MS = 10_000;

/** All packages that are installed on this machine. */
export async function listInstalled({ client }: Services): Promise<readonly InstalledPackage[]> {
  const engine = await client.engine();
  return await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) => engine.installed({}, { signal }));
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
  const all = await listInstalled(services);
  const node = isPackageNode(argument) ? argument : undefined;
  const matching = all.filter(
    ({ id, version }) =>
      node === undefined || (node.summary.id === id && (node.kind === 'package' || node.release.version === version)),
  );
  if (matching.length === 0) throw new GgenError('NotInstalled', vscode.l10n.t('No matching package is installed.'));
  if (node !== undefined && matching.length === 1) return matching[0];
  const items = matching.map((installed) => ({
    label: `$(package) ${plainText(installed.name)}`,
    description: plainText(installed.version),
    detail: installed.path,
    installed,
  }));
  const options = { title, matchOnDetail: true, ignoreFocusOut: true };
  return (await vscode.window.showQuickPick(items, options))?.installed;
}
