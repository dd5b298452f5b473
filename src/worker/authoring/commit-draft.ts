import { isClockAhead } from '../../shared/clock-text.ts';
import { CLOCK_FINGERPRINT } from '../../shared/limits.ts';
import type { ClockComparison, PublishReceipt } from '../../shared/model.ts';
import { GgenError } from '../../shared/errors.ts';
import type { SignedDraft } from '../../shared/api/index.ts';
import { clockAheadError, notAcceptedError } from '../../shared/acceptance.ts';
import { openRecord, sealRecord } from '../records/record.ts';
import { assertNoFutureTimes } from '../records/record-times.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Logger } from '../logging/logger.ts';
import type { Draft, Drafts } from './drafts.ts';
import { mergedHead, rememberSigned } from '../ingest/fork-tracker.ts';

/** Bounds the wait for the DHT's acknowledgements; the announcement is sent before. */
const DHT_PUT_TIMEOUT_MS = 3_000;

/** What publishing uses of the running node. */
export interface PublishNetwork {
  /** Resolves with the number of peers that received the record. */
  readonly announce: { publish(envelope: Uint8Array): Promise<number> };
  /** Resolves with the number of DHT peers that stored the record. */
  readonly heads: { put(publisher: string, name: string, envelope: Uint8Array, signal: AbortSignal): Promise<number> };
  readonly reprovider: { schedule(): void };
}

/** Dependencies of `commitDraft`. */
export interface CommitDraftDeps {
  readonly catalog: Pick<Catalog, 'packages' | 'forks'>;
  readonly blocks: BlockStore;
  readonly ingest: Pick<Ingest, 'store'>;
  readonly retention: { reserve(root: string, size: number, signal: AbortSignal): Promise<Disposable> };
  readonly seededContent: { resume(publisher: string, name: string): Promise<void> };
  readonly loggers: (scope: string) => Pick<Logger, 'info'>;
  /** Undefined while no node runs. */
  readonly network: () => PublishNetwork | undefined;
  /** This machine's clock compared with those of connected peers. */
  readonly clock: () => ClockComparison | undefined;
}

/**
 * Publishes a signed draft: verifies the signature, moves the blocks to the block store, stores the record, and
 * announces it.
 *
 * @throws GgenError DraftNotFound, DraftOutdated, SignatureInvalid, ClockAhead, PrivateNotAccepted, SecretsNotAccepted (each with
 *   `details.fingerprints`), InvalidRequest, DiskFull, QuotaExceeded
 */
export async function commitDraft(
  deps: CommitDraftDeps,
  drafts: Pick<Drafts, 'commit'>,
  { draft: id, signature, accepted = [] }: SignedDraft,
  kinds: readonly Draft['kind'][],
  signal: AbortSignal,
): Promise<PublishReceipt> {
  const { draft, envelope } = await drafts.commit(id, kinds, async (found) => {
    assertAccepted(found, accepted);
    if (!accepted.includes(CLOCK_FINGERPRINT)) assertClock(deps.clock());
    const sealed = sealRecord(found.payload, signature);
    assertPresent(found);
    assertFollowsHead(deps.catalog, found);
    signal.throwIfAborted();
    const { content } = found;
    using _lease = content && (await deps.retention.reserve(content.root, content.size, signal));
    // Blocks come before the record, so that peers that receive the record can fetch them. From here on cancel has no
    // effect.
    await content?.copyTo(deps.blocks);
    storeRecord(deps, found, sealed);
    return { draft: found, envelope: sealed };
  });
  const { publisher, name, seq, releases } = draft.record;
  if (draft.kind === 'release') await deps.seededContent.resume(publisher, name);
  const announcement = await announceRecord(deps.network(), draft, envelope);
  deps.network()?.reprovider.schedule();
  deps
    .loggers('publish')
    .info(`${draft.kind === 'release' ? 'Published' : 'Updated'} ${publisher}/${name}@${draft.version}`);
  const root = releases.find(({ version }) => version === draft.version)?.root ?? '';
  return { id: `${publisher}/${name}`, version: draft.version, root, seq, ...announcement };
}

function assertAccepted({ fingerprints }: Draft, accepted: readonly string[]): void {
  const missing = fingerprints.filter((fingerprint) => !accepted.includes(fingerprint));
  if (missing.length > 0) throw notAcceptedError(missing);
}

/** Requires that peers take what this machine signs now, as far as their clocks tell. */
function assertClock(clock: ClockComparison | undefined): void {
  if (clock !== undefined && isClockAhead(clock)) throw clockAheadError(clock);
}

/** Requires that peers do not reject the record as one of the future: the clock may have been set back since the draft. */
function assertPresent({ record }: Draft): void {
  try {
    assertNoFutureTimes(record, Date.now());
  } catch (cause) {
    throw new GgenError(
      'DraftOutdated',
      `The clock of this machine was set back after this draft of '${record.name}' was prepared, so peers would reject its time. Prepare it again.`,
      { details: { name: record.name }, cause },
    );
  }
}

/** Requires that the record follows the newest known one: another draft or another machine may have published first. */
function assertFollowsHead(catalog: CommitDraftDeps['catalog'], { record: { publisher, name, seq } }: Draft): void {
  if ((mergedHead(catalog, publisher, name)?.seq ?? 0) !== seq - 1) throw draftOutdated(name);
}

/** Checks and stores synchronously, so that no other record can be stored in between. */
function storeRecord(
  { catalog, ingest }: Pick<CommitDraftDeps, 'catalog' | 'ingest'>,
  draft: Draft,
  envelope: Uint8Array,
): void {
  assertFollowsHead(catalog, draft);
  const opened = openRecord(envelope);
  const { outcome } = ingest.store(opened, true);
  if (outcome !== 'new' && outcome !== 'newer') throw draftOutdated(draft.record.name);
  rememberSigned(catalog, opened);
}

async function announceRecord(
  network: PublishNetwork | undefined,
  { record: { publisher, name } }: Draft,
  envelope: Uint8Array,
): Promise<{ announcedTo: number; dhtStored: number }> {
  if (network === undefined) return { announcedTo: 0, dhtStored: 0 };
  const announcedTo = await network.announce.publish(envelope);
  // Ignores the caller's signal: the package is public by now, and a canceled call must not keep its record out of the
  // DHT.
  const timeoutSignal = AbortSignal.timeout(DHT_PUT_TIMEOUT_MS);
  const dhtStored = await network.heads.put(publisher, name, envelope, timeoutSignal).catch(() => 0);
  return { announcedTo, dhtStored };
}

function draftOutdated(name: string): GgenError {
  return new GgenError(
    'DraftOutdated',
    `'${name}' has changed since this draft was prepared, possibly on another of your machines. Prepare it again.`,
    { details: { name } },
  );
}
