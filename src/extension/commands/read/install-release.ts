import * as vscode from 'vscode';
import { parseReleaseUri } from '../../filesystem/release-uri.ts';
import type { Services } from '../../services.ts';
import { installCommand, installPackage } from '../install/install.ts';

/**
 * Install the release that is being read: the one of the argument, else of the active editor, else of the first folder of the
 * window that shows one. When none is read, the user finds a package.
 */
export async function installRelease(services: Services, argument?: unknown): Promise<void> {
  const uris = [
    ...(argument instanceof vscode.Uri ? [argument] : []),
    ...activeUris(),
    ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri),
  ];
  const release = uris.map((uri) => parseReleaseUri(uri)).find((one) => one !== undefined);
  if (release === undefined) {
    await installCommand(services, argument);
    return;
  }
  const { id, name, version } = release;
  await installPackage(services, { id, name, version });
}

/** What the active tab shows, the right side of a diff first. */
function activeUris(): readonly vscode.Uri[] {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputTextDiff) return [input.modified, input.original];
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) return [input.uri];
  return [];
}
