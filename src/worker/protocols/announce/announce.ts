import { LIMITS } from '../../../shared/defaults.ts';
import { errorMessage } from '../../../shared/errors.ts';
import { CLAIM_BYTES, claimSigningBytes, encodeAnnouncement, decodeAnnouncement } from '../../node/announcement.ts';
import type { Announcement } from '../../node/announcement.ts';
import { TopicValidatorResult } from '../../node/gossip.ts';
import { TOPIC } from '../../node/protocols.ts';
import type { SpanHandle } from '../../telemetry/span.ts';
import { AnnounceLimits } from './announce-limits.ts';
import { isInvalidRecord } from '../context.ts';
import type { NetworkContext, IngestResult } from '../context.ts';
import { ProviderClaims } from '../keywords/provider-claims.ts';

/** Work for a record, in milliseconds, from above: for any, and for each byte. What a sender is charged for. */
const VERIFICATION_COST_MS = { perMessage: 0.3, perByte: 0.000_15 } as const;
/** Told at most so often that announcements cannot be stored. */
const ERROR_LOG_INTERVAL_MS = 60_000;

const VERDICTS: Record<IngestResult['outcome'], TopicValidatorResult> = {
  new: TopicValidatorResult.Accept,
  newer: TopicValidatorResult.Accept,
  // Nothing wrong with them, but nobody needs to hear them from us.
  same: TopicValidatorResult.Ignore,
  older: TopicValidatorResult.Ignore,
  conflict: TopicValidatorResult.Ignore,
  refused: TopicValidatorResult.Reject,
};

/**
 * Announce: the gossip topic `/ggen/packages/v1`, a message is a signed package record and who says that it serves the package
 * (docs/protocols/announce.md). A record is verified and stored before it is forwarded; one that isn't valid is not forwarded
 * and costs its sender.
 */
export class Announce {
  readonly #context: NetworkContext;
  readonly #limits = new AnnounceLimits();
  readonly #claims: ProviderClaims;
  #nextErrorLogAt = 0;

  constructor(context: NetworkContext) {
    this.#context = context;
    this.#claims = new ProviderClaims(context);
  }

  start(): void {
    const { pubsub } = this.#context.node.libp2p.services;
    pubsub.topicValidators.set(TOPIC, (sender, message) =>
      this.#context.telemetry.event('gossipsub', { peer_id: sender.toString(), size: message.data.length }, (span) =>
        this.#validate(sender.toString(), message.data, span),
      ),
    );
    pubsub.subscribe(TOPIC);
  }

  /** Number of peers to which the record was handed directly; they pass it on. */
  async publish(record: Uint8Array): Promise<number> {
    const { enabledProtocols, telemetry } = this.#context;
    if (!enabledProtocols.has('announce')) return 0;
    return telemetry.span('announce_package', { size: record.length }, async (span) => {
      const announcedTo = await this.#send(record);
      span.set({ announced_to: announcedTo });
      if (announcedTo > 0) telemetry.metrics.add('p2p_announcements_total');
      return announcedTo;
    });
  }

  async #send(record: Uint8Array): Promise<number> {
    const { node } = this.#context;
    const signature = await node.sign(claimSigningBytes(record));
    const message = encodeAnnouncement({ record, providerKey: node.publicKey, signature });
    const { recipients } = await node.libp2p.services.pubsub.publish(TOPIC, message);
    return recipients.length;
  }

  /** Peers that listen to announcements and are connected. */
  subscribers(): number {
    return this.#context.node.libp2p.services.pubsub.getSubscribers(TOPIC).length;
  }

  async #validate(sender: string, data: Uint8Array, span: SpanHandle): Promise<TopicValidatorResult> {
    const { peerReputation, stopped } = this.#context;
    if (data.length > LIMITS.maxRecordBytes + CLAIM_BYTES) {
      peerReputation.recordFailure(sender, 'invalid');
      span.end('error', 'TooLarge');
      return TopicValidatorResult.Reject;
    }
    const announcement = decodeAnnouncement(data);
    if (stopped.aborted || peerReputation.isBanned(sender) || !this.#limits.isAllowed(sender, announcement.record)) {
      return TopicValidatorResult.Ignore;
    }
    this.#limits.addWaiting(sender);
    this.#limits.chargeWork(sender, VERIFICATION_COST_MS.perMessage + VERIFICATION_COST_MS.perByte * data.length);
    try {
      return await this.#ingest(sender, announcement, span);
    } catch (error) {
      // Sync brings it later.
      this.#logStoreError(error);
      return TopicValidatorResult.Ignore;
    } finally {
      this.#limits.removeWaiting(sender);
    }
  }

  async #ingest(sender: string, announcement: Announcement, span: SpanHandle): Promise<TopicValidatorResult> {
    const { sink, peerReputation, log, stopped } = this.#context;
    const isValidClaim = this.#claims.tryVerifyNow(announcement);
    const [result] = await sink.ingestMany([announcement.record], stopped);
    if (result === undefined) return TopicValidatorResult.Ignore;
    const { outcome, publisher, name, reason } = result;
    span.set({ outcome, ...(name === undefined ? {} : { package_id: `${publisher ?? ''}/${name}` }) });
    if (outcome === 'refused') {
      log.warn(`Rejected an announcement forwarded by peer ${sender}: ${reason ?? ''}`);
      if (!isInvalidRecord(result)) return TopicValidatorResult.Ignore;
      span.end('error', reason);
      peerReputation.recordFailure(sender, 'invalid');
    }
    if (outcome === 'new' || outcome === 'newer') this.#onNewRecord(announcement, result);
    if (publisher !== undefined && name !== undefined) {
      if (isValidClaim === undefined) this.#claims.enqueue(announcement, publisher, name);
      else if (await isValidClaim) this.#claims.save(announcement, publisher, name);
    }
    return VERDICTS[outcome];
  }

  /** Something that was not known: announced for the first time, as far as this node can tell. */
  #onNewRecord({ record }: Announcement, { publisher = '', name = '' }: IngestResult): void {
    this.#limits.chargeRecord(record);
    const { catalog, telemetry } = this.#context;
    const updated = catalog.packages.get(publisher, name)?.record.updated;
    if (updated !== undefined)
      telemetry.metrics.record('p2p_gossipsub_propagation_ms', Math.max(0, Date.now() - updated));
  }

  #logStoreError(error: unknown): void {
    const { log, stopped } = this.#context;
    if (stopped.aborted || performance.now() < this.#nextErrorLogAt) return;
    this.#nextErrorLogAt = performance.now() + ERROR_LOG_INTERVAL_MS;
    log.warn(`Could not store announcements: ${errorMessage(error)}`);
  }
}
