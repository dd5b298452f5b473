import assert from 'node:assert/strict';
import type { GossipSub } from '@libp2p/gossipsub';
import { SCORE_THRESHOLDS } from '../../src/worker/node/gossip-scoring.ts';
import { TopicValidatorResult } from '../../src/worker/node/gossip.ts';
import { TOPIC } from '../../src/worker/node/protocols.ts';
import { barePeer, signedRecord } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { eventually } from './helpers/peers.ts';

/** Of gossipsub, what is looked at here; not part of its declared interface. */
type Scoring = GossipSub & { getScore(peer: string): number };

/** Enough for several seconds: what is held against a peer is forgotten by a tenth each second. */
const LIES = 6;

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

  async function comer(): Promise<BarePeer> {
    const peer = await barePeer();
    peers.push(peer);
    await peer.dial(hub.address);
    await eventually('they hear each other', () => {
      const hears = peer.node.libp2p.services.pubsub.getSubscribers(TOPIC).some((other) => other.toString() === hub.id);
      return hears && pubsub.getSubscribers(TOPIC).some((other) => other.toString() === peer.id);
    });
    return peer;
  }

  it('follow what was verified of a peer, down to not hearing it at all when it is banned', async () => {
    const [good, bad, worst] = [await comer(), await comer(), await comer()];
    reputations.set(bad.id, 0.2);
    banned.add(worst.id);
    await eventually('all are scored', () => {
      return pubsub.getScore(good.id) > 3 && pubsub.getScore(bad.id) < 0 && pubsub.getScore(worst.id) < 0;
    });
    assert.ok(pubsub.getScore(bad.id) > (SCORE_THRESHOLDS.gossipThreshold ?? 0), 'it is heard all the same');
    assert.ok(pubsub.getScore(worst.id) < (SCORE_THRESHOLDS.graylistThreshold ?? 0));
  });

  it('fall with what is refused, until the sender is not heard any more', async () => {
    const liar = await comer();
    const heard: number[] = [];
    pubsub.topicValidators.set(TOPIC, (_sender, { data }) => {
      heard.push(data.length);
      return TopicValidatorResult.Reject;
    });
    for (let count = 1; count <= LIES; count++) {
      await liar.announce(signedRecord(`false-${count}`).envelope);
      await eventually('it was looked at', () => heard.length === count);
    }
    await eventually('it is out of favour', () => {
      return pubsub.getScore(liar.id) < (SCORE_THRESHOLDS.graylistThreshold ?? 0);
    });
    await liar.announce(signedRecord('one-more').envelope);
    const other = await comer();
    await other.announce(signedRecord('of-another').envelope);
    await eventually('others are heard', () => heard.length > LIES);
    assert.equal(heard.length, LIES + 1, 'and only they');
  });
});
