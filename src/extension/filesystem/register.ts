import * as vscode from 'vscode';
import { errorMessage, errorName } from '../../shared/errors.ts';
import type { Services } from '../services.ts';
import { reportError } from '../ui/report-error.ts';
import { RELEASE_SCHEME } from './release-path.ts';
import { ReleaseFileSystem } from './release-file-system.ts';

/**
 * Show releases under `ggen:`. The node is not started for it, because VS Code reads the folders of a window by itself;
 * when something must be fetched and the node is stopped, one notification offers to start it.
 */
export function registerReleases({ host, model, log }: Services): vscode.Disposable {
  let told = false;
  let running = false;
  const releases = new ReleaseFileSystem(
    () => host.engine(),
    (error) => {
      log.warn(`A release could not be read: ${errorName(error)}: ${errorMessage(error)}`);
      if (errorName(error) !== 'NodeNotRunning' || told) return;
      told = true;
      void reportError(log, error);
    },
  );
  const readOnly = new vscode.MarkdownString(
    vscode.l10n.t('The files of a release cannot be changed. Install the package to have a copy of your own.'),
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
      told = false;
      const folders = vscode.workspace.workspaceFolders ?? [];
      releases.refresh(folders.filter(({ uri }) => uri.scheme === RELEASE_SCHEME).map(({ uri }) => uri));
    }),
  );
}
