import type { PublishReceipt } from '../../shared/model.ts';
import { GgenError } from '../../shared/errors.ts';
import type { SignedDraft } from '../../shared/api.ts';
import { openRecord, sealRecord } from '../records/record.ts';
import type { RegistryContext } from './context.ts';
import type { Draft, Drafts } from './drafts.ts';
import { newestKnown, rememberSigned } from './forks.ts';

/** How long to wait for the DHT's acknowledgements; the announcement is out by then. */
const DHT_PATIENCE_MS = 3_000;

/**
 * Make a signed draft public: verify the signature, keep the blocks, store the record, tell everybody.
 *
 * @throws GgenError DraftNotFound, DraftOutdated, SignatureInvalid, InvalidRequest
 */
export async function commit(
  context: RegistryContext,
  drafts: Drafts,
  { draft: id, signature }: SignedDraft,
  kind: Draft['kind'],
  signal: AbortSignal,
): Promise<PublishReceipt> {
  const draft = drafts.get(id, kind);
  const envelope = sealRecord(draft.payload, signature);
  const { publisher, name, seq } = draft.record;
  if ((newestKnown(context.catalogue, publisher, name)?.seq ?? 0) !== seq - 1) throw outdated(name);
  signal.throwIfAborted();
  // From here on it is not taken back: blocks first, so that whoever sees the record can fetch them.
  await draft.content?.keep(context.blocks);
  const opened = openRecord(envelope);
  const { outcome, reason } = context.ingest.store(opened, true);
  if (outcome !== 'new' && outcome !== 'newer') {
    throw new GgenError('DraftOutdated', `'${name}' could not be published: ${reason ?? 'a newer record is known'}.`);
  }
  rememberSigned(context.catalogue, opened);
  if (kind === 'release') await context.served.resume(publisher, name);
  await drafts.discard(id);
  const release = draft.record.releases.find(({ version }) => version === draft.version);
  const root = release?.root ?? '';
  const told = await tell(context, draft, envelope, signal);
  context.network()?.provider.soon();
  context.loggers('publish').info(`${kind === 'yank' ? 'Updated' : 'Published'} ${publisher}/${name}@${draft.version}`);
  return { id: `${publisher}/${name}`, version: draft.version, root, seq, ...told };
}

async function tell(
  context: RegistryContext,
  { record: { publisher, name } }: Draft,
  envelope: Uint8Array,
  signal: AbortSignal,
): Promise<{ announcedTo: number; dhtStored: number }> {
  const network = context.network();
  if (network === undefined) return { announcedTo: 0, dhtStored: 0 };
  const announcedTo = await network.announce.publish(envelope);
  // The package is published whatever becomes of this: a caller who gives up waiting only misses the figure.
  const patience = AbortSignal.any([signal, AbortSignal.timeout(DHT_PATIENCE_MS)]);
  const dhtStored = await network.heads.put(publisher, name, envelope, patience).catch(() => 0);
  return { announcedTo, dhtStored };
}

function outdated(name: string): GgenError {
  return new GgenError(
    'DraftOutdated',
    `'${name}' changed since this draft was made, perhaps on another of your machines. Prepare it again.`,
    { details: { name } },
  );
}
