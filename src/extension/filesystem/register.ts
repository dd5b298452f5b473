import * as vscode from 'vscode';
import { errorMessage, errorName } from '../../shared/errors.ts';
import type { Services } from '../services.ts';
import { reportError } from '../ui/notify.ts';
import { RELEASE_SCHEME } from './release-path.ts';
import { ReleaseFileSystem } from './release-file-system.ts';

/**
 * Register the file system of `ggen:` URIs. It never starts the node, because VS Code reads the folders of a window on
 * its own. When a file must be fetched while the node is stopped, one notification offers to start it.
 */
export function registerReleases({ client, model, log }: Services): vscode.Disposable {
  let notified = false;
  let running = false;
  const releases = new ReleaseFileSystem(
    () => client.engine(),
    (error) => {
      log.warn(`A release could not be read: ${errorName(error)}: ${errorMessage(error)}`);
      if (errorName(error) !== 'NodeNotRunning' || notified) return;
      notified = true;
      void reportError(log, error);
    },
  );
  const readOnly = new vscode.MarkdownString(
    vscode.l10n.t('Release files are read-only. Install the package to get an editable copy.'),
  );
  return vscode.Disposable.from(
    releases,
    vscode.workspace.registerFileSystemProvider(RELEASE_SCHEME, releases, {
      isCaseSensitive: true,
      isReadonly: readOnly,
    }),
    model.onDidChange(() => {
      const before = running;
      running = model.state === 'running';
      if (before || !running) return;
      notified = false;
      const folders = vscode.workspace.workspaceFolders ?? [];
      releases.refresh(folders.filter(({ uri }) => uri.scheme === RELEASE_SCHEME).map(({ uri }) => uri));
    }),
  );
}
