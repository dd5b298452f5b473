import { LIMITS } from '../../../shared/defaults.ts';
import { errorMessage } from '../../../shared/errors.ts';
import { CLAIM_BYTES, claimToSign, encodeAnnouncement, readAnnouncement } from '../../node/announcement.ts';
import type { Announcement } from '../../node/announcement.ts';
import { TopicValidatorResult } from '../../node/gossip.ts';
import { TOPIC } from '../../node/protocols.ts';
import type { SpanHandle } from '../../telemetry/span.ts';
import { AnnounceLimits } from './announce-limits.ts';
import { isLie } from '../context.ts';
import type { NetworkContext, TakeResult } from '../context.ts';
import { HolderClaims } from '../keywords/holder-claims.ts';

/** Work for a record, in milliseconds, from above: for any, and for each byte. What a sender is charged for. */
const COST = { each: 0.3, perByte: 0.000_15 } as const;
/** Told at most so often that announcements cannot be stored. */
const COMPLAIN_EVERY_MS = 60_000;

const VERDICTS: Record<TakeResult['outcome'], TopicValidatorResult> = {
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
  readonly #claims: HolderClaims;
  #complainAgain = 0;

  constructor(context: NetworkContext) {
    this.#context = context;
    this.#claims = new HolderClaims(context);
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
    const { paths, telemetry } = this.#context;
    if (!paths.has('announce')) return 0;
    return telemetry.span('announce_package', { size: record.length }, async (span) => {
      const announcedTo = await this.#send(record);
      span.set({ announced_to: announcedTo });
      if (announcedTo > 0) telemetry.metrics.add('p2p_announcements_total');
      return announcedTo;
    });
  }

  async #send(record: Uint8Array): Promise<number> {
    const { node } = this.#context;
    const signature = await node.sign(claimToSign(record));
    const message = encodeAnnouncement({ record, holder: node.publicKey, signature });
    const { recipients } = await node.libp2p.services.pubsub.publish(TOPIC, message);
    return recipients.length;
  }

  /** Peers that listen to announcements and are connected. */
  subscribers(): number {
    return this.#context.node.libp2p.services.pubsub.getSubscribers(TOPIC).length;
  }

  async #validate(sender: string, data: Uint8Array, span: SpanHandle): Promise<TopicValidatorResult> {
    const { conduct, stopped } = this.#context;
    if (data.length > LIMITS.recordBytes + CLAIM_BYTES) {
      conduct.failure(sender, 'lie');
      span.end('error', 'TooLarge');
      return TopicValidatorResult.Reject;
    }
    const said = readAnnouncement(data);
    if (stopped.aborted || conduct.isBanned(sender) || !this.#limits.admits(sender, said.record)) {
      return TopicValidatorResult.Ignore;
    }
    this.#limits.enter(sender);
    this.#limits.worked(sender, COST.each + COST.perByte * data.length);
    try {
      return await this.#take(sender, said, span);
    } catch (error) {
      // Sync brings it later.
      this.#complain(error);
      return TopicValidatorResult.Ignore;
    } finally {
      this.#limits.leave(sender);
    }
  }

  async #take(sender: string, said: Announcement, span: SpanHandle): Promise<TopicValidatorResult> {
    const { sink, conduct, log, stopped } = this.#context;
    const isTrue = this.#claims.beside(said);
    const [result] = await sink.takeMany([said.record], stopped);
    if (result === undefined) return TopicValidatorResult.Ignore;
    const { outcome, publisher, name, reason } = result;
    span.set({ outcome, ...(name === undefined ? {} : { package_id: `${publisher ?? ''}/${name}` }) });
    if (outcome === 'refused') {
      log.warn(`Refused an announcement that peer ${sender} forwarded: ${reason ?? ''}`);
      if (!isLie(result)) return TopicValidatorResult.Ignore;
      span.end('error', reason);
      conduct.failure(sender, 'lie');
    }
    if (outcome === 'new' || outcome === 'newer') this.#arrived(said, result);
    if (publisher !== undefined && name !== undefined) {
      if (isTrue === undefined) this.#claims.add(said, publisher, name);
      else if (await isTrue) this.#claims.keep(said, publisher, name);
    }
    return VERDICTS[outcome];
  }

  /** Something that was not known: announced for the first time, as far as this node can tell. */
  #arrived({ record }: Announcement, { publisher = '', name = '' }: TakeResult): void {
    this.#limits.counted(record);
    const { catalogue, telemetry } = this.#context;
    const updated = catalogue.packages.get(publisher, name)?.record.updated;
    if (updated !== undefined)
      telemetry.metrics.record('p2p_gossipsub_propagation_ms', Math.max(0, Date.now() - updated));
  }

  #complain(error: unknown): void {
    const { log, stopped } = this.#context;
    if (stopped.aborted || performance.now() < this.#complainAgain) return;
    this.#complainAgain = performance.now() + COMPLAIN_EVERY_MS;
    log.warn(`Announcements could not be stored: ${errorMessage(error)}`);
  }
}
