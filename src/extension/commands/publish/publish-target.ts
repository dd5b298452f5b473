import { posix } from 'node:path';
import * as vscode from 'vscode';
import { MANIFEST_FILES } from '../../../shared/contributions.ts';
import { GgenError } from '../../../shared/errors.ts';

const { t } = vscode.l10n;

/** The project to publish. */
export interface PublishTarget {
  /** Folder of the project: on a local disk, in a remote window or in a virtual workspace. */
  readonly folder: vscode.Uri;
  /** Path of the selected manifest, relative to the folder; the engine looks for one when absent. */
  readonly manifest?: string;
  /** Version to publish instead of the manifest's. */
  readonly version?: string;
  /** Dist-tag of the release. */
  readonly tag?: string;
}

/**
 * The project to publish: that of the manifest or folder whose menu was used, else a workspace folder, which the user
 * picks when there are several. Undefined when the user cancels.
 *
 * @throws GgenError ManifestNotFound when no folder is open
 */
export async function publishTarget(argument?: unknown): Promise<PublishTarget | undefined> {
  if (argument instanceof vscode.Uri) return ofUri(argument);
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    throw new GgenError('ManifestNotFound', t('No folder is open. Open the project folder first.'));
  }
  const folder =
    folders.length === 1
      ? folders[0]
      : await vscode.window.showWorkspaceFolderPick({ placeHolder: t('Select the project to publish') });
  return folder === undefined ? undefined : { folder: folder.uri };
}

function ofUri(uri: vscode.Uri): PublishTarget {
  const name = posix.basename(uri.path);
  const isManifest = (MANIFEST_FILES as readonly string[]).includes(name);
  return isManifest ? { folder: vscode.Uri.joinPath(uri, '..'), manifest: name } : { folder: uri };
}

/** The URI of a file of the project. @param path relative to its folder, with forward slashes */
export function fileOf({ folder }: PublishTarget, path: string): vscode.Uri {
  return vscode.Uri.joinPath(folder, path);
}

/** The project's name for the user: the last segment of its path. */
export function titleOf({ folder }: PublishTarget): string {
  return posix.basename(folder.path);
}
