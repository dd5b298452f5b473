import { LIMITS } from '../../../shared/limits.ts';
import { errorMessage } from '../../../shared/errors.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { CLAIM_BYTES, decodeAnnouncement } from '../../node/announcement.ts';
import type { Announcement } from '../../node/announcement.ts';
import { TopicValidatorResult } from '../../node/gossip.ts';
import type { PeerReputation } from '../../reputation/peer-reputation.ts';
import type { SpanHandle } from '../../telemetry/span.ts';
import type { Tracing } from '../../telemetry/telemetry.ts';
import { isInvalidRecord } from '../shared/record-sink.ts';
import type { IngestResult, RecordSink } from '../shared/record-sink.ts';
import { ERROR_LOG_INTERVAL_MS, VERIFICATION_COST_MS } from './limits.ts';
import { ProviderClaims } from './provider-claims.ts';
import type { ProviderClaimsDeps } from './provider-claims.ts';
import { AnnounceLimits } from './rate-limits.ts';

export interface AnnouncementValidatorDeps extends ProviderClaimsDeps {
  readonly catalog: ProviderClaimsDeps['catalog'] & { readonly packages: Pick<Catalog['packages'], 'get'> };
  readonly sink: Pick<RecordSink, 'ingestMany'>;
  readonly peerReputation: Pick<PeerReputation, 'isBanned' | 'recordFailure'>;
  readonly telemetry: Pick<Tracing, 'event' | 'metrics'>;
}

const VERDICTS: Record<IngestResult['outcome'], TopicValidatorResult> = {
  new: TopicValidatorResult.Accept,
  newer: TopicValidatorResult.Accept,
  // Valid, but not news: other peers need not hear it from this node.
  same: TopicValidatorResult.Ignore,
  older: TopicValidatorResult.Ignore,
  conflict: TopicValidatorResult.Ignore,
  refused: TopicValidatorResult.Reject,
};

/** Validates announcements before gossipsub forwards them: `Accept` forwards, `Reject` also costs the sender its gossip score. */
export class AnnouncementValidator {
  readonly #deps: AnnouncementValidatorDeps;
  readonly #limits = new AnnounceLimits();
  readonly #claims: ProviderClaims;
  #nextErrorLogAt = 0;

  constructor(deps: AnnouncementValidatorDeps) {
    this.#deps = deps;
    this.#claims = new ProviderClaims(deps);
  }

  /** @param sender peer id of the peer that forwarded the message */
  validate(sender: string, data: Uint8Array): Promise<TopicValidatorResult> {
    return this.#deps.telemetry.event('gossipsub', { peer_id: sender, size: data.length }, (span) =>
      this.#validate(sender, data, span),
    );
  }

  async #validate(sender: string, data: Uint8Array, span: SpanHandle): Promise<TopicValidatorResult> {
    const { peerReputation, stopped } = this.#deps;
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
      // Sync brings the record later.
      this.#logStoreError(error);
      return TopicValidatorResult.Ignore;
    } finally {
      this.#limits.removeWaiting(sender);
    }
  }

  async #ingest(sender: string, announcement: Announcement, span: SpanHandle): Promise<TopicValidatorResult> {
    const { sink, peerReputation, log, stopped } = this.#deps;
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

  /** Charges the publisher, and measures how long the record was under way. */
  #onNewRecord({ record }: Announcement, { publisher = '', name = '' }: IngestResult): void {
    this.#limits.chargeRecord(record);
    const { catalog, telemetry } = this.#deps;
    const updated = catalog.packages.get(publisher, name)?.record.updated;
    if (updated !== undefined)
      telemetry.metrics.record('p2p_gossipsub_propagation_ms', Math.max(0, Date.now() - updated));
  }

  #logStoreError(error: unknown): void {
    const { log, stopped } = this.#deps;
    if (stopped.aborted || performance.now() < this.#nextErrorLogAt) return;
    this.#nextErrorLogAt = performance.now() + ERROR_LOG_INTERVAL_MS;
    log.warn(`Could not store announcements: ${errorMessage(error)}`);
  }
}
