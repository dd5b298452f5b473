import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { isPackageNode } from '../views/package-nodes.ts';
import { pickPackage } from './search/pick-package.ts';

const { t } = vscode.l10n;

/**
 * Copy the ID of the package of a tree item, or of a package that the user searches. The ID of a release ends in
 * `@version`.
 */
export async function copyPackageId(services: Services, argument?: unknown): Promise<void> {
  const id = isPackageNode(argument)
    ? argument.summary.id + (argument.kind === 'release' ? `@${argument.release.version}` : '')
    : (await pickPackage(services, t('Copy Package ID')))?.id;
  if (id === undefined) return;
  await vscode.env.clipboard.writeText(id);
  vscode.window.setStatusBarMessage(`$(check) ${t('Package ID copied')}`, 3_000);
}
