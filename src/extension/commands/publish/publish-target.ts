import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { MANIFEST_FILES } from '../../../shared/contributions.ts';
import { GgenError } from '../../../shared/errors.ts';

const { t } = vscode.l10n;

/** The project to publish. */
export interface PublishTarget {
  /** Absolute path of its folder. */
  readonly root: string;
  /** Manifest that the user picked, relative to the root; the engine looks for one when left out. */
  readonly manifest?: string;
}

/**
 * The project that is meant: of the manifest (or folder) handed over by a menu, else a folder of the workspace, which
 * the user picks when there are several. Undefined when the user leaves.
 *
 * @throws GgenError InvalidRequest when there is nothing on disk to publish
 */
export async function publishTarget(argument?: unknown): Promise<PublishTarget | undefined> {
  if (argument instanceof vscode.Uri) return ofUri(argument);
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    throw new GgenError('ManifestNotFound', t('No folder is open. Open the folder of the project first.'));
  }
  const folder =
    folders.length === 1
      ? folders[0]
      : await vscode.window.showWorkspaceFolderPick({ placeHolder: t('Which project shall be published?') });
  return folder === undefined ? undefined : { root: onDisk(folder.uri) };
}

function ofUri(uri: vscode.Uri): PublishTarget {
  const path = onDisk(uri);
  const name = basename(path);
  const isManifest = (MANIFEST_FILES as readonly string[]).includes(name);
  return isManifest ? { root: dirname(path), manifest: name } : { root: path };
}

function onDisk(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw new GgenError(
    'InvalidRequest',
    t('Only projects on a disk of this machine can be published, and {0} is not on one.', uri.toString(true)),
  );
}
