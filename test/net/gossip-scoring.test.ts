import assert from 'node:assert/strict';
import type { GossipSub } from '@libp2p/gossipsub';
import { SCORE_THRESHOLDS } from '../../src/worker/node/gossip-scoring.ts';
import { TopicValidatorResult } from '../../src/worker/node/gossip.ts';
import { TOPIC } from '../../src/worker/node/protocols.ts';
import { barePeer, signedRecord } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { eventually } from './helpers/peers.ts';

/** The part of gossipsub that these tests read; its declared interface does not have it. */
type Scoring = GossipSub & { getScore(peer: string): number };

/** Enough to graylist a peer for several seconds: the penalty decays by a tenth each second. */
const INVALID_MESSAGES = 6;

describe('gossip scores', () => {
  const peers: BarePeer[] = [];
  const reputations = new Map<string, number>();
  const banned = new Set<string>();
  let hub: BarePeer;
  let pubsub: Scoring;

  beforeEach(async () => {
    reputations.clear();
    banned.clear();
    hub = await barePeer(
      {},
      { reputation: (peer) => reputations.get(peer) ?? 0.85, isBanned: (peer) => banned.has(peer) },
    );
    peers.push(hub);
    pubsub = hub.node.libp2p.services.pubsub as Scoring;
  });
  afterEach(() => Promise.all(peers.splice(0).map((peer) => peer.stop())));

  async function connectPeer(): Promise<BarePeer> {
    const peer = await barePeer();
    peers.push(peer);
    await peer.dial(hub.address);
    await eventually('they are subscribed to each other', () => {
      const isSubscribed = peer.node.libp2p.services.pubsub
        .getSubscribers(TOPIC)
        .some((other) => other.toString() === hub.id);
      return isSubscribed && pubsub.getSubscribers(TOPIC).some((other) => other.toString() === peer.id);
    });
    return peer;
  }

  it('follow the verified reputation of a peer, down to ignoring its messages when it is banned', async () => {
    const [good, bad, worst] = [await connectPeer(), await connectPeer(), await connectPeer()];
    reputations.set(bad.id, 0.2);
    banned.add(worst.id);
    await eventually('all are scored', () => {
      return pubsub.getScore(good.id) > 3 && pubsub.getScore(bad.id) < 0 && pubsub.getScore(worst.id) < 0;
    });
    assert.ok(pubsub.getScore(bad.id) > (SCORE_THRESHOLDS.gossipThreshold ?? 0), 'its messages are still accepted');
    assert.ok(pubsub.getScore(worst.id) < (SCORE_THRESHOLDS.graylistThreshold ?? 0));
  });

  it('fall with rejected messages, until the sender is ignored', async () => {
    const maliciousPeer = await connectPeer();
    const received: number[] = [];
    pubsub.topicValidators.set(TOPIC, (_sender, { data }) => {
      received.push(data.length);
      return TopicValidatorResult.Reject;
    });
    for (let count = 1; count <= INVALID_MESSAGES; count++) {
      await maliciousPeer.announce(signedRecord(`false-${count}`).envelope);
      await eventually('it was validated', () => received.length === count);
    }
    await eventually('its score is negative', () => {
      return pubsub.getScore(maliciousPeer.id) < (SCORE_THRESHOLDS.graylistThreshold ?? 0);
    });
    await maliciousPeer.announce(signedRecord('one-more').envelope);
    const other = await connectPeer();
    await other.announce(signedRecord('of-another').envelope);
    await eventually('messages of other peers are received', () => received.length > INVALID_MESSAGES);
    assert.equal(received.length, INVALID_MESSAGES + 1, 'and only they');
  });
});
