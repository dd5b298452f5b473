import type { Message } from '@libp2p/gossipsub';
import type { PeerId } from '@libp2p/interface';
import { LIMITS } from '../../shared/defaults.ts';
import { errorMessage } from '../../shared/errors.ts';
import { TopicValidatorResult } from '../node/gossip.ts';
import { TOPIC } from '../node/protocols.ts';
import { AnnounceLimits } from './announce-limits.ts';
import { isLie } from './context.ts';
import type { NetworkContext, TakeResult } from './context.ts';

/** Longest that messages are taken before the event loop has its turn, in milliseconds. */
const SLICE_MS = 8;

/** A message that waits for its turn. */
interface Waiting {
  readonly sender: string;
  readonly message: Message;
  readonly decide: (verdict: TopicValidatorResult) => void;
}

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
 * Announce: the gossip topic `/ggen/packages/v1`, a message is a signed package record (docs/protocols/announce.md).
 * A record is verified and stored before it is forwarded; one that isn't valid is not forwarded and costs its sender.
 * Messages are taken one after the other, as many in one transaction as wait and fit into a slice, so that no crowd of them
 * holds up the event loop, and each is stored before it is forwarded.
 */
export class Announce {
  readonly #context: NetworkContext;
  readonly #limits = new AnnounceLimits();
  readonly #waiting: Waiting[] = [];
  #takingTurns = false;

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  start(): void {
    const { pubsub } = this.#context.node.libp2p.services;
    pubsub.topicValidators.set(TOPIC, (sender, message) => this.#validate(sender, message));
    pubsub.subscribe(TOPIC);
  }

  /** Number of peers to which the record was handed directly; they pass it on. */
  async publish(envelope: Uint8Array): Promise<number> {
    if (!this.#context.paths.has('announce')) return 0;
    const { recipients } = await this.#context.node.libp2p.services.pubsub.publish(TOPIC, envelope);
    return recipients.length;
  }

  /** Peers that listen to announcements and are connected. */
  subscribers(): number {
    return this.#context.node.libp2p.services.pubsub.getSubscribers(TOPIC).length;
  }

  async #validate(sender: PeerId, message: Message): Promise<TopicValidatorResult> {
    const peer = sender.toString();
    const { conduct } = this.#context;
    if (message.data.length > LIMITS.recordBytes) {
      conduct.failure(peer, 'lie');
      return TopicValidatorResult.Reject;
    }
    if (this.#isUnwanted(peer, message) || !this.#limits.admits(peer, message.data)) return TopicValidatorResult.Ignore;
    this.#limits.enter(peer);
    try {
      return await new Promise<TopicValidatorResult>((decide) => {
        this.#waiting.push({ sender: peer, message, decide });
        if (!this.#takingTurns) void this.#takeTurns();
      });
    } finally {
      this.#limits.leave(peer);
    }
  }

  /** Take what waits, slice by slice, until nothing does. */
  async #takeTurns(): Promise<void> {
    this.#takingTurns = true;
    while (this.#waiting.length > 0) {
      // First, too: what came in the same moment goes into the same transaction.
      await new Promise((resolve) => setImmediate(resolve));
      this.#takeSlice();
    }
    this.#takingTurns = false;
  }

  /** One transaction; what it decided is told when it is durable. */
  #takeSlice(): void {
    const decided: (() => void)[] = [];
    const until = performance.now() + SLICE_MS;
    const taken: Waiting[] = [];
    try {
      this.#context.catalogue.db.transaction(() => {
        do {
          const next = this.#waiting.shift();
          if (next === undefined) return;
          taken.push(next);
          const verdict = this.#take(next.sender, next.message);
          decided.push(() => {
            next.decide(verdict);
          });
        } while (performance.now() < until);
      });
      for (const tell of decided) tell();
    } catch (error) {
      this.#context.log.warn(`${taken.length} announcements could not be stored: ${errorMessage(error)}`);
      // Sync brings them later.
      for (const { decide } of taken) decide(TopicValidatorResult.Ignore);
    }
  }

  #isUnwanted(sender: string, message: Message): boolean {
    const { conduct, stopped } = this.#context;
    return (
      stopped.aborted ||
      conduct.isBanned(sender) ||
      (message.type === 'signed' && conduct.isBanned(message.from.toString()))
    );
  }

  #take(sender: string, message: Message): TopicValidatorResult {
    const { sink, catalogue, conduct, log, stopped } = this.#context;
    if (stopped.aborted || conduct.isBanned(sender)) return TopicValidatorResult.Ignore;
    const began = performance.now();
    const result = sink.take(message.data);
    this.#limits.worked(sender, performance.now() - began);
    if (result.outcome === 'refused') {
      log.warn(`Refused an announcement that peer ${sender} forwarded: ${result.reason ?? ''}`);
      if (!isLie(result)) return TopicValidatorResult.Ignore;
      conduct.failure(sender, 'lie');
    }
    if (result.outcome === 'new' || result.outcome === 'newer') this.#limits.counted(message.data);
    const { publisher, name } = result;
    if (publisher !== undefined && name !== undefined && message.type === 'signed') {
      // Whoever announces a package first serves it; the message is signed by that peer.
      catalogue.peers.addHolder(message.from.toString(), publisher, name);
    }
    return VERDICTS[result.outcome];
  }
}
