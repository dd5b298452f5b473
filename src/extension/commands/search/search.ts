import * as vscode from 'vscode';
import type { Services } from '../../services.ts';
import { installPackage } from '../install/install.ts';
import { pickPackage } from './pick-package.ts';

/** Search packages; selecting one installs it. */
export async function searchPackages(services: Services): Promise<void> {
  const summary = await pickPackage(services, vscode.l10n.t('Search Packages'));
  if (summary !== undefined) await installPackage(services, { id: summary.id, name: summary.name });
}
