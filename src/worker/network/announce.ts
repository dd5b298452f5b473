import { TopicValidatorResult } from '../node/gossip.ts';
import type { Message } from '@libp2p/gossipsub';
import type { PeerId } from '@libp2p/interface';
import { TOPIC } from '../node/protocols.ts';
import type { NetworkContext, TakeResult } from './context.ts';

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
 */
export class Announce {
  readonly #context: NetworkContext;

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

  #validate(sender: PeerId, message: Message): TopicValidatorResult {
    const { sink, catalogue, conduct, log } = this.#context;
    const result = sink.take(message.data);
    if (result.outcome === 'refused') {
      log.warn(`Refused an announcement that peer ${sender.toString()} forwarded: ${result.reason ?? ''}`);
      conduct.failure(sender.toString());
    }
    const { publisher, name } = result;
    if (publisher !== undefined && name !== undefined && message.type === 'signed') {
      // Whoever announces a package first serves it; the message is signed by that peer.
      catalogue.peers.addHolder(message.from.toString(), publisher, name);
    }
    return VERDICTS[result.outcome];
  }
}
