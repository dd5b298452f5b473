import * as vscode from 'vscode';
import { GgenError } from '../../../shared/errors.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import { withDelayedProgress } from '../../filesystem/delayed-progress.ts';
import { releaseText } from '../../filesystem/release-path.ts';
import { releaseUri } from '../../filesystem/release-uri.ts';
import type { Services } from '../../services.ts';
import { chooseRelease, startNodeIfPossible } from './choose-release.ts';
import type { ChosenRelease } from './choose-release.ts';

const { t } = vscode.l10n;
const QUERY_TIMEOUT_MS = 60_000;
const README_NAME = /^readme(?:\.\w+)?$/i;
const MARKDOWN = /\.(?:md|markdown|mdx)$/i;

/** Show the README of the tree item's package or release, or of a package that the user searches. */
export async function readReadme(services: Services, argument?: unknown): Promise<void> {
  const release = await chooseRelease(services, argument, t('Read README'));
  if (release === undefined) return;
  const path = await withDelayedProgress(t('Reading {0} {1}', release.name, release.version), async (signal) => {
    await startNodeIfPossible(services, signal);
    return findReleaseReadme(services, release, signal);
  });
  if (path === undefined) {
    throw new GgenError(
      'FileNotFound',
      t('{0} {1} has no README. Browse its files instead.', release.name, release.version),
    );
  }
  await showDocument(release, path);
}

/** The path of the README: by the CID in the package record, else by its name in the root folder. */
export async function findReleaseReadme(
  { client }: Services,
  release: ChosenRelease,
  signal: AbortSignal,
): Promise<string | undefined> {
  const engine = await client.engine();
  return callWithTimeout(QUERY_TIMEOUT_MS, signal, async (callSignal) => {
    const { readme } = (await engine.getPackageVersion(release, { signal: callSignal })).release;
    const { entries } = await engine.readFolder({ release: releaseText(release), path: '' }, { signal: callSignal });
    const files = entries.filter(({ kind }) => kind === 'file');
    return (files.find(({ cid }) => cid === readme) ?? files.find(({ name }) => README_NAME.test(name)))?.name;
  });
}

/** Open Markdown in VS Code's preview, which runs no scripts and loads no remote content; other files in an editor. */
export async function showDocument(release: ChosenRelease, path: string): Promise<void> {
  const uri = releaseUri(release, path);
  if (MARKDOWN.test(path)) await vscode.commands.executeCommand('markdown.showPreview', uri);
  else await vscode.commands.executeCommand('vscode.open', uri);
}
