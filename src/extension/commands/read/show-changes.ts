import * as vscode from 'vscode';
import type { FileChange, ReleaseComparison } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import { withDelayedProgress } from '../../filesystem/delayed-progress.ts';
import { releaseText } from '../../filesystem/release-path.ts';
import { releaseUri } from '../../filesystem/release-uri.ts';
import type { Services } from '../../services.ts';
import { countFiles, formatBytes } from '../../ui/format.ts';
import { notify } from '../../ui/notify.ts';
import { plainText } from '../../ui/plain-text.ts';
import { startNodeIfPossible } from './choose-release.ts';
import type { ChosenRelease } from './choose-release.ts';

const { t } = vscode.l10n;
const COMPARE_TIMEOUT_MS = 120_000;
/** VS Code's multi-file diff editor loads the files that are scrolled into view and keeps them in memory. */
export const MAX_FILES_IN_DIFF_EDITOR = 200;

interface ChangeItem extends vscode.QuickPickItem {
  /** Absent on the item for all changes. */
  readonly change?: FileChange;
}

/** List the files that changed between two releases, and show one or all of them in the diff editor. */
export async function showChanges(services: Services, from: ChosenRelease, to: ChosenRelease): Promise<void> {
  const { changes } = await withDelayedProgress(
    t('Comparing {0} {1} with {2}', to.name, from.version, to.version),
    async (signal) => {
      await startNodeIfPossible(services, signal);
      return compare(services, from, to, signal);
    },
  );
  const title = t('{0}: {1} → {2}', to.name, from.version, to.version);
  if (changes.length === 0) {
    const message = t('{0} {1} and {2} have the same files.', plainText(to.name), from.version, to.version);
    void notify('information', message);
    return;
  }
  const picked = await vscode.window.showQuickPick(items(changes), {
    title: t('{0}, {1}', title, t('{0} changed', countFiles(changes.length, t))),
    placeHolder: t('Select what to show in the diff editor'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (picked === undefined) return;
  if (picked.change === undefined) await showAll(title, changes.slice(0, MAX_FILES_IN_DIFF_EDITOR), from, to);
  else await showOne(picked.change, from, to);
}

async function compare(
  { client }: Services,
  from: ChosenRelease,
  to: ChosenRelease,
  signal: AbortSignal,
): Promise<ReleaseComparison> {
  const engine = await client.engine();
  const request = { from: releaseText(from), to: releaseText(to) };
  return callWithTimeout(COMPARE_TIMEOUT_MS, signal, (callSignal) =>
    engine.compareReleases(request, { signal: callSignal }),
  );
}

function items(changes: readonly FileChange[]): ChangeItem[] {
  const all =
    changes.length > MAX_FILES_IN_DIFF_EDITOR
      ? t('Show the first {0} of {1} changed files', MAX_FILES_IN_DIFF_EDITOR, changes.length)
      : t('Show all changes');
  return [
    { label: `$(diff-multiple) ${all}`, alwaysShow: true },
    { label: t('Files'), kind: vscode.QuickPickItemKind.Separator },
    ...changes.map((change) => ({
      label: `$(${icon(change)}) ${plainText(change.path)}`,
      description: describe(change),
      change,
    })),
  ];
}

function icon({ kind }: FileChange): string {
  return { added: 'diff-added', changed: 'diff-modified', mode: 'diff-modified', removed: 'diff-removed' }[kind];
}

function describe(change: FileChange): string {
  const { kind, executable } = change;
  if (executable === undefined || kind === 'mode' || kind === 'removed') return describeContent(change);
  const bit = executable ? t('now executable') : t('no longer executable');
  return t('{0}, {1}', describeContent(change), kind === 'added' ? t('executable') : bit);
}

function describeContent({ kind, before = 0, after = 0, executable }: FileChange): string {
  switch (kind) {
    case 'mode':
      return executable === true ? t('now executable') : t('no longer executable');
    case 'added':
      return t('added, {0}', formatBytes(after));
    case 'removed':
      return t('removed, {0}', formatBytes(before));
    case 'changed':
      return t('changed, {0} → {1}', formatBytes(before), formatBytes(after));
  }
}

/** The URIs of both sides; an added file has no left side, a removed file no right side. */
function sides(
  { path, kind }: FileChange,
  from: ChosenRelease,
  to: ChosenRelease,
): { readonly left?: vscode.Uri; readonly right?: vscode.Uri } {
  return {
    ...(kind === 'added' ? {} : { left: releaseUri(from, path) }),
    ...(kind === 'removed' ? {} : { right: releaseUri(to, path) }),
  };
}

async function showAll(
  title: string,
  changes: readonly FileChange[],
  from: ChosenRelease,
  to: ChosenRelease,
): Promise<void> {
  const resources = changes.map((change) => {
    const { left, right } = sides(change, from, to);
    return [releaseUri(to, change.path), left, right];
  });
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}

async function showOne(change: FileChange, from: ChosenRelease, to: ChosenRelease): Promise<void> {
  const { left, right } = sides(change, from, to);
  if (left !== undefined && right !== undefined) {
    const title = t('{0} ({1} → {2})', change.path, from.version, to.version);
    await vscode.commands.executeCommand('vscode.diff', left, right, title);
  } else {
    await vscode.commands.executeCommand('vscode.open', right ?? left);
  }
}
