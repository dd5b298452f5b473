import { sep } from 'node:path';
import * as vscode from 'vscode';
import { VIEWS } from '../../../shared/contributions.ts';
import { errorMessage } from '../../../shared/errors.ts';
import type { PublishReceipt, ReleaseDraft } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { countFiles, countPeers, formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { withProgress } from '../../ui/progress.ts';
import { ask } from '../../ui/report-error.ts';
import { prepare } from './prepare.ts';
import { confirmPublish } from './preview.ts';
import { publishTarget } from './publish-target.ts';

const { t } = vscode.l10n;

/** Publish a project: prepare it, show what would be published, and on confirmation sign and announce it. */
export async function publishProject(services: Services, argument?: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void tellUntrusted();
    return;
  }
  const target = await publishTarget(argument);
  if (target === undefined) return;
  await saveInside(target.root);
  const draft = await prepare(services, target);
  if (draft !== undefined) await decide(services, draft, target.root);
}

/** What is published is what lies on the disk: save what is edited, as VS Code does before it runs or debugs. */
async function saveInside(root: string): Promise<void> {
  const edited = vscode.workspace.textDocuments.filter(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file' && uri.fsPath.startsWith(root + sep),
  );
  await Promise.all(edited.map((document) => document.save()));
}

async function tellUntrusted(): Promise<void> {
  await ask('warning', t('This workspace is not trusted, so nothing is published from it.'), [
    { title: t('Manage Workspace Trust'), run: () => vscode.commands.executeCommand('workbench.trust.manage') },
  ]);
}

async function decide(services: Services, draft: ReleaseDraft, root: string): Promise<void> {
  let published = false;
  try {
    if (!(await confirmPublish(draft, root))) return;
    const receipt = await sign(services, draft);
    published = true;
    void announce(draft, receipt);
    await services.publisher.introduce();
  } finally {
    if (!published) await discard(services, draft);
  }
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
      signal.throwIfAborted();
      const signature = key.sign(draft.bytesToSign);
      // From here on it can't be called off: a cancel would only hide that the package is public.
      return await engine.publish({ draft: draft.draft, signature });
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
