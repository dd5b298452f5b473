import * as vscode from 'vscode';
import { createPublisherKey } from '../../../identity/publisher-key.ts';
import { VIEWS } from '../../../shared/contributions.ts';
import { errorMessage } from '../../../shared/errors.ts';
import type { PublishReceipt, ReleaseDraft } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { countFiles, countPeers, formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { withCancelButton } from '../../ui/progress.ts';
import { commandAction, notify, notifyUntrusted } from '../../ui/notify.ts';
import { enterDistTag } from '../enter-dist-tag.ts';
import { unlessClockAhead } from '../unless-clock-ahead.ts';
import { prepareDraft } from './prepare-draft.ts';
import type { PreparedDraft } from './prepare-draft.ts';
import { confirmPublish, showDryRun } from './preview.ts';
import { showProblems } from './problems.ts';
import { publishTarget } from './publish-target.ts';
import type { PublishTarget } from './publish-target.ts';

const { t } = vscode.l10n;

/** Publish a project: prepare a draft, preview it, and sign and announce it once the user confirms. */
export async function publishCommand(services: Services, argument?: unknown): Promise<void> {
  const target = await trustedTarget(argument);
  if (target !== undefined) await publishTargetOnce(services, target);
}

/** Publish a project under a dist-tag that the user enters; with another one than `latest` it does not become the latest. */
export async function publishWithDistTag(services: Services, argument?: unknown): Promise<void> {
  const target = await trustedTarget(argument);
  const tag = target && (await enterDistTag(t('Publish with Dist-Tag'), 'next'));
  if (target !== undefined && tag !== undefined) await publishTargetOnce(services, { ...target, tag });
}

/** Prepare, preview and publish; the user may choose another version on the way. */
async function publishTargetOnce(services: Services, target: PublishTarget): Promise<void> {
  const { id } = await services.publisher.key();
  const prepared = await prepareDraft(services, target, id, (next) => publishTargetOnce(services, next));
  const next = prepared && (await confirmAndPublish(services, prepared));
  if (next !== undefined) await publishTargetOnce(services, next);
}

/** Preview what publishing would do. Nothing leaves this machine, and no publisher key is created. */
export async function dryRunPublish(services: Services, argument?: unknown): Promise<void> {
  const target = await trustedTarget(argument);
  if (target !== undefined) await dryRunOnce(services, target);
}

async function dryRunOnce(services: Services, target: PublishTarget): Promise<void> {
  const key = await services.publisher.existing();
  // Before the first release, a temporary key gives the draft a namespace.
  const { id } = key ?? createPublisherKey();
  const prepared = await prepareDraft(services, target, id, (next) => dryRunOnce(services, next));
  if (prepared === undefined) return;
  const next = await showDryRun(prepared.draft, prepared.target, key === undefined).finally(() =>
    discard(services, prepared.draft),
  );
  if (next !== undefined) await dryRunOnce(services, next);
}

/**
 * The project to publish, with its open files saved; undefined when the user cancels or the workspace is not trusted.
 */
async function trustedTarget(argument: unknown): Promise<PublishTarget | undefined> {
  if (!vscode.workspace.isTrusted) {
    void notifyUntrusted(t('This workspace is not trusted. Trust it to publish from it.'));
    return undefined;
  }
  const target = await publishTarget(argument);
  if (target !== undefined) await saveInside(target);
  return target;
}

/**
 * Save edited files of the project, because the engine reads them from disk; VS Code does so before it runs or debugs.
 */
async function saveInside({ folder }: PublishTarget): Promise<void> {
  const inside = folder.with({ path: folder.path.replace(/\/?$/, '/') }).toString();
  const edited = vscode.workspace.textDocuments.filter(
    ({ isDirty, uri }) => isDirty && uri.toString().startsWith(inside),
  );
  await Promise.all(edited.map((document) => document.save()));
}

/** Returns the target to publish next when the user chose another version. */
async function confirmAndPublish(
  services: Services,
  { draft, target }: PreparedDraft,
): Promise<PublishTarget | undefined> {
  let published = false;
  try {
    const decision = await confirmPublish(draft, target);
    if (decision === undefined) return undefined;
    if ('next' in decision) return decision.next;
    const receipt = await sign(services, draft, decision.accepted);
    published = true;
    // Accepted secrets are no longer problems.
    const remarks = draft.diagnostics.filter(({ fingerprint }) => fingerprint === undefined);
    showProblems(services.diagnostics, target, remarks);
    void notifyPublished(draft, receipt);
    await services.publisher.showKeyNotice();
    return undefined;
  } finally {
    if (!published) await discard(services, draft);
  }
}

/**
 * Sign the draft with the publisher key, which never leaves the extension host, and let the engine publish it. Starts
 * the node when necessary.
 */
async function sign(services: Services, draft: ReleaseDraft, accepted: readonly string[]): Promise<PublishReceipt> {
  const key = await services.publisher.key();
  return await withCancelButton(
    t('Publishing {0} {1}', plainText(draft.name), plainText(draft.version)),
    async (signal) => {
      await services.node.start(signal);
      const engine = await services.client.engine();
      signal.throwIfAborted();
      const signature = key.sign(draft.bytesToSign);
      // Publishing is not cancelable: after a cancel, the user could not tell whether the package is public.
      return await unlessClockAhead((clock) =>
        engine.publish({ draft: draft.draft, signature, accepted: [...accepted, ...clock] }),
      );
    },
  );
}

async function notifyPublished(draft: ReleaseDraft, receipt: PublishReceipt): Promise<void> {
  const what = t(
    'Published {0} {1}: {2}, {3}.',
    plainText(draft.name),
    plainText(receipt.version),
    countFiles(draft.files.length, t),
    formatBytes(draft.size),
  );
  const reach =
    receipt.announcedTo === 0
      ? t('No peer is connected right now. Peers will receive it when they connect.')
      : t('Announced to {0}.', countPeers(receipt.announcedTo, t));
  await notify('information', `${what} ${reach}`, [
    { title: t('Copy Package ID'), run: () => vscode.env.clipboard.writeText(receipt.id) },
    commandAction(t('Show Packages'), `${VIEWS.packages}.focus`),
  ]);
}

async function discard({ client, log }: Services, { draft }: ReleaseDraft): Promise<void> {
  // A stopped engine has lost its drafts already.
  await client.current?.discardDraft({ draft }).catch((error: unknown) => {
    log.warn(`The draft could not be discarded: ${errorMessage(error)}`);
  });
}
