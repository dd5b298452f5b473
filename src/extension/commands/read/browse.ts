import * as vscode from 'vscode';
import type { ReleaseFiles } from '../../../shared/model.ts';
import { COMMANDS } from '../../../shared/contributions.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import { withDelayedProgress } from '../../filesystem/delayed-progress.ts';
import { releaseText } from '../../filesystem/release-path.ts';
import { releaseUri } from '../../filesystem/release-uri.ts';
import type { Services } from '../../services.ts';
import { countFiles, formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { chooseRelease, startNodeIfPossible } from './choose-release.ts';
import type { ChosenRelease } from './choose-release.ts';
import { findReleaseReadme, showDocument } from './readme.ts';

const { t } = vscode.l10n;
const LIST_TIMEOUT_MS = 120_000;

interface FileItem extends vscode.QuickPickItem {
  /** File to open; absent on an item that runs `command` on the release. */
  readonly path?: string;
  readonly command?: string;
}

/** Show the README of a release and a list of its files to open, without installing it. */
export async function browseFiles(services: Services, argument?: unknown): Promise<void> {
  const release = await chooseRelease(services, argument, t('Browse Files'));
  if (release === undefined) return;
  const { list, readme } = await withDelayedProgress(
    t('Listing files of {0} {1}', release.name, release.version),
    async (signal) => {
      await startNodeIfPossible(services, signal);
      return read(services, release, signal);
    },
  );
  if (readme !== undefined) await showDocument(release, readme);
  const picked = await vscode.window.showQuickPick(items(list), {
    title: t(
      '{0} {1}: {2}, {3}',
      release.name,
      release.version,
      countFiles(list.files.length, t),
      formatBytes(list.size),
    ),
    placeHolder: t('Select a file to open. It is fetched and verified first.'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (picked?.path !== undefined) await vscode.commands.executeCommand('vscode.open', releaseUri(release, picked.path));
  if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command, releaseUri(release));
}

async function read(
  services: Services,
  release: ChosenRelease,
  signal: AbortSignal,
): Promise<{ list: ReleaseFiles; readme: string | undefined }> {
  const engine = await services.client.engine();
  const list = await callWithTimeout(LIST_TIMEOUT_MS, signal, (callSignal) =>
    engine.listFiles({ release: releaseText(release) }, { signal: callSignal }),
  );
  return { list, readme: await findReleaseReadme(services, release, signal) };
}

function items({ files }: ReleaseFiles): FileItem[] {
  const separator = (label: string): FileItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    separator(t('Files')),
    ...files.map(({ path, size }) => ({
      label: `$(file) ${plainText(path)}`,
      description: formatBytes(size),
      path,
    })),
    separator(t('This release')),
    { label: `$(folder-opened) ${t('Open as folder…')}`, command: COMMANDS.openReleaseFolder },
    { label: `$(diff-multiple) ${t('Compare with another version…')}`, command: COMMANDS.compareVersions },
    { label: `$(cloud-download) ${t('Install…')}`, command: COMMANDS.installRelease },
  ];
}
