import type { PeerId } from '@libp2p/interface';
import type { TopicValidatorResult } from '../../node/gossip.ts';
import { TOPIC } from '../../node/protocols.ts';
import type { RecordProtocol } from '../shared/record-protocols.ts';
import { announce } from './client.ts';
import type { AnnounceClientDeps } from './client.ts';
import { AnnouncementValidator } from './server.ts';
import type { AnnouncementValidatorDeps } from './server.ts';

/** What of gossipsub is used to listen. */
interface Subscriptions {
  readonly topicValidators: {
    set(
      topic: string,
      validate: (sender: PeerId, message: { readonly data: Uint8Array }) => Promise<TopicValidatorResult>,
    ): unknown;
  };
  subscribe(topic: string): void;
  getSubscribers(topic: string): readonly PeerId[];
}

export interface AnnounceDeps
  extends Omit<AnnounceClientDeps, 'telemetry'>, Omit<AnnouncementValidatorDeps, 'telemetry'> {
  readonly node: AnnounceClientDeps['node'] & {
    readonly libp2p: { readonly services: { readonly pubsub: Subscriptions } };
  };
  readonly telemetry: AnnounceClientDeps['telemetry'] & AnnouncementValidatorDeps['telemetry'];
  readonly enabledProtocols: ReadonlySet<RecordProtocol>;
}

/**
 * Announce: the gossip topic `/ggen/packages/v1`. A message is a signed package record with the claim of the peer that serves
 * the package (docs/protocols/announce.md). A record is verified and stored before it is forwarded; an invalid one is not
 * forwarded, and costs its sender reputation.
 */
export class Announce {
  readonly #deps: AnnounceDeps;
  readonly #validator: AnnouncementValidator;

  constructor(deps: AnnounceDeps) {
    this.#deps = deps;
    this.#validator = new AnnouncementValidator(deps);
  }

  start(): void {
    const { pubsub } = this.#deps.node.libp2p.services;
    pubsub.topicValidators.set(TOPIC, (sender, { data }) => this.#validator.validate(sender.toString(), data));
    pubsub.subscribe(TOPIC);
  }

  /** Returns the number of peers to which the record was sent directly; they forward it. */
  async publish(record: Uint8Array): Promise<number> {
    return this.#deps.enabledProtocols.has('announce') ? announce(this.#deps, record) : 0;
  }

  /** Number of connected peers that listen to announcements. */
  subscribers(): number {
    return this.#deps.node.libp2p.services.pubsub.getSubscribers(TOPIC).length;
  }
}
