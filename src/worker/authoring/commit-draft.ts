import type { PublishReceipt } from '../../shared/model.ts';
import { GgenError } from '../../shared/errors.ts';
import type { SignedDraft } from '../../shared/api/index.ts';
import { openRecord, sealRecord } from '../records/record.ts';
import type { RegistryContext } from '../registry/context.ts';
import type { Draft, Drafts } from './drafts.ts';
import { mergedHead, rememberSigned } from '../ingest/fork-tracker.ts';

/** How long to wait for the DHT's acknowledgements; the announcement is out by then. */
const DHT_PUT_TIMEOUT_MS = 3_000;

/**
 * Make a signed draft public: verify the signature, keep the blocks, store the record, tell everybody.
 *
 * @throws GgenError DraftNotFound, DraftOutdated, SignatureInvalid, SecretsNotAccepted (`details.fingerprints`), InvalidRequest,
 * DiskFull, QuotaExceeded
 */
export async function commitDraft(
  context: RegistryContext,
  drafts: Drafts,
  { draft: id, signature, accepted = [] }: SignedDraft,
  kinds: readonly Draft['kind'][],
  signal: AbortSignal,
): Promise<PublishReceipt> {
  const { draft, envelope } = await drafts.commit(id, kinds, async (found) => {
    assertSecretsAccepted(found, accepted);
    const sealed = sealRecord(found.payload, signature);
    assertFollowsHead(context, found);
    signal.throwIfAborted();
    const { content } = found;
    using _lease = content && (await context.retention.reserve(content.root, content.size, signal));
    // From here on it is not taken back: blocks first, so that whoever sees the record can fetch them.
    await content?.copyTo(context.blocks);
    storeRecord(context, found, sealed);
    return { draft: found, envelope: sealed };
  });
  const { publisher, name, seq, releases } = draft.record;
  if (draft.kind === 'release') await context.seededContent.resume(publisher, name);
  const announcement = await announceRecord(context, draft, envelope);
  context.network()?.reprovider.schedule();
  context
    .loggers('publish')
    .info(`${draft.kind === 'release' ? 'Published' : 'Updated'} ${publisher}/${name}@${draft.version}`);
  const root = releases.find(({ version }) => version === draft.version)?.root ?? '';
  return { id: `${publisher}/${name}`, version: draft.version, root, seq, ...announcement };
}

function assertSecretsAccepted({ secrets }: Draft, accepted: readonly string[]): void {
  const fingerprints = secrets.filter((fingerprint) => !accepted.includes(fingerprint));
  if (fingerprints.length === 0) return;
  const what = fingerprints.length === 1 ? 'one place that looks' : `${fingerprints.length} places that look`;
  throw new GgenError(
    'SecretsNotAccepted',
    `The project has ${what} like a secret. Remove what it is, or accept each one. Nothing was published.`,
    { details: { fingerprints } },
  );
}

/** The record must follow the newest one known: another draft, or another machine, may have been faster. */
function assertFollowsHead(context: RegistryContext, { record: { publisher, name, seq } }: Draft): void {
  if ((mergedHead(context.catalog, publisher, name)?.seq ?? 0) !== seq - 1) throw draftOutdated(name);
}

/** Checked and stored in one go, without a pause in which another record could come between. */
function storeRecord(context: RegistryContext, draft: Draft, envelope: Uint8Array): void {
  assertFollowsHead(context, draft);
  const opened = openRecord(envelope);
  const { outcome } = context.ingest.store(opened, true);
  if (outcome !== 'new' && outcome !== 'newer') throw draftOutdated(draft.record.name);
  rememberSigned(context.catalog, opened);
}

async function announceRecord(
  context: RegistryContext,
  { record: { publisher, name } }: Draft,
  envelope: Uint8Array,
): Promise<{ announcedTo: number; dhtStored: number }> {
  const network = context.network();
  if (network === undefined) return { announcedTo: 0, dhtStored: 0 };
  const announcedTo = await network.announce.publish(envelope);
  // Not the caller's signal: the package is public by now, and whoever gives up waiting shall not keep it from the DHT.
  const timeoutSignal = AbortSignal.timeout(DHT_PUT_TIMEOUT_MS);
  const dhtStored = await network.heads.put(publisher, name, envelope, timeoutSignal).catch(() => 0);
  return { announcedTo, dhtStored };
}

function draftOutdated(name: string): GgenError {
  return new GgenError(
    'DraftOutdated',
    `'${name}' changed since this draft was made, perhaps on another of your machines. Prepare it again.`,
    { details: { name } },
  );
}
