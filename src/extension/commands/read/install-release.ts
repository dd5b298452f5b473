import * as vscode from 'vscode';
import { parseReleaseUri } from '../../filesystem/release-uri.ts';
import type { Services } from '../../services.ts';
import { installCommand, installPackage } from '../install/install.ts';

/**
 * Install the release of the given URI, else of the active editor, else of the first `ggen:` folder of the window.
 * Without any, the user searches a package.
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

/** The URIs of the active tab; of a diff, the right side first. */
function activeUris(): readonly vscode.Uri[] {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputTextDiff) return [input.modified, input.original];
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) return [input.uri];
  return [];
}
