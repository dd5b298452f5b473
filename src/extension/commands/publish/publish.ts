import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { DraftProgress } from '../../../shared/api.ts';
import { MANIFEST_FILES, VIEWS } from '../../../shared/contributions.ts';
import { errorMessage, errorName } from '../../../shared/errors.ts';
import type { PublishReceipt, ReleaseDraft } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { countFiles, countPeers, formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { percentOf, withProgress } from '../../ui/progress.ts';
import { ask, reportError } from '../../ui/report-error.ts';
import { versionLine } from './manifest-position.ts';
import { confirmPublish } from './preview.ts';
import { showProblems } from './problems.ts';
import { publishTarget } from './publish-target.ts';
import type { PublishTarget } from './publish-target.ts';

const { t } = vscode.l10n;

/** Publish a project: prepare it, show what would be published, and on confirmation sign and announce it. */
export async function publishProject(services: Services, argument?: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void ask('warning', t('This workspace is not trusted, so nothing is published from it.'), [
      {
        title: t('Manage Workspace Trust'),
        run: () => vscode.commands.executeCommand('workbench.trust.manage'),
      },
    ]);
    return;
  }
  const target = await publishTarget(argument);
  if (target === undefined) return;
  const draft = await prepare(services, target);
  if (draft !== undefined) await decide(services, target, draft);
}

/** The packed project; undefined when it cannot be published and the user was told why. */
async function prepare(services: Services, target: PublishTarget): Promise<ReleaseDraft | undefined> {
  services.diagnostics.clear();
  const publisher = (await services.publisher.key()).id;
  const engine = await services.host.engine();
  try {
    return await withProgress<ReleaseDraft, DraftProgress>(t('Reading {0}', basename(target.root)), describe, (task) =>
      engine.draftRelease({ ...target, publisher }, task),
    );
  } catch (error) {
    if (errorName(error) !== 'VersionNotHigher') throw error;
    const open = { title: t('Open Manifest'), run: () => openVersion(target) };
    void reportError(services.log, error, [open]);
    return undefined;
  }
}

function describe({ phase, files, bytes, totalFiles, totalBytes }: DraftProgress): { text: string; percent?: number } {
  if (phase === 'scan') return { text: t('Found {0}, {1}', countFiles(files, t), formatBytes(bytes)) };
  const count = totalFiles === undefined ? countFiles(files, t) : t('{0} of {1} files', files, totalFiles);
  return { text: t('Packing: {0}, {1}', count, formatBytes(bytes)), ...percentOf(bytes, totalBytes) };
}

async function decide(services: Services, target: PublishTarget, draft: ReleaseDraft): Promise<void> {
  let published = false;
  try {
    showProblems(services.diagnostics, target.root, draft.diagnostics);
    const errors = draft.diagnostics.filter(({ severity }) => severity === 'error').length;
    if (errors > 0) {
      void tellProblems(draft, errors);
    } else if (await confirmPublish(draft, target.root)) {
      const receipt = await sign(services, draft);
      published = true;
      void announce(draft, receipt);
    }
  } finally {
    if (!published) await discard(services, draft);
  }
}

async function tellProblems(draft: ReleaseDraft, errors: number): Promise<void> {
  const what = errors === 1 ? t('1 problem') : t('{0} problems', errors);
  await ask('error', t('{0} cannot be published yet: {1} in {2}.', plainText(draft.name), what, draft.manifest), [
    { title: t('Show Problems'), run: () => vscode.commands.executeCommand('workbench.actions.view.problems') },
  ]);
}

/** Start the node if need be, sign with the publisher key, which stays on this side, and hand both to the engine. */
async function sign(services: Services, draft: ReleaseDraft): Promise<PublishReceipt> {
  const key = await services.publisher.key();
  return await withProgress(
    t('Publishing {0} {1}', plainText(draft.name), plainText(draft.version)),
    (never) => never,
    async ({ signal }) => {
      await services.node.start(signal);
      const engine = await services.host.engine();
      const signature = key.sign(draft.bytesToSign);
      return await engine.publish({ draft: draft.draft, signature }, { signal });
    },
  );
}

async function announce(draft: ReleaseDraft, receipt: PublishReceipt): Promise<void> {
  const what = t(
    'Published {0} {1}: {2}, {3}.',
    plainText(draft.name),
    plainText(receipt.version),
    countFiles(draft.files.length, t),
    formatBytes(draft.size),
  );
  const reach =
    receipt.announcedTo === 0
      ? t('No peer is connected now; peers get it when they connect.')
      : t('Announced to {0}.', countPeers(receipt.announcedTo, t));
  await ask('information', `${what} ${reach}`, [
    { title: t('Copy Package Id'), run: () => vscode.env.clipboard.writeText(receipt.id) },
    { title: t('Show Packages'), run: () => vscode.commands.executeCommand(`${VIEWS.packages}.focus`) },
  ]);
}

async function discard({ host, log }: Services, { draft }: ReleaseDraft): Promise<void> {
  // With the engine gone its drafts are gone as well.
  await host.current?.discardDraft({ draft }).catch((error: unknown) => {
    log.warn(`The draft could not be discarded: ${errorMessage(error)}`);
  });
}

/** Open the manifest with the cursor on its version. */
async function openVersion(target: PublishTarget): Promise<void> {
  for (const name of target.manifest === undefined ? MANIFEST_FILES : [target.manifest]) {
    const path = join(target.root, name);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const line = (versionLine(text, name) ?? 1) - 1;
    await vscode.window.showTextDocument(vscode.Uri.file(path), { selection: new vscode.Range(line, 0, line, 0) });
    return;
  }
}
