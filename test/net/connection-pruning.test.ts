import assert from 'node:assert/strict';
import { pruneConnections } from '../../src/worker/node/connection-pruning.ts';
import { barePeer } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { eventually } from './helpers/peers.ts';

/** Without the DHT: pruning keeps its closest peers, and with so few peers that would be all. */
const SETTINGS = { dhtMode: 'client' } as const;
const MAX_CONNECTIONS = 15;
const TARGET_CONNECTIONS = 14;
/** More peers than the gossip mesh and the pruned ones together. */
const PEER_COUNT = 20;

describe('a node with too many connections', () => {
  const peers: BarePeer[] = [];

  afterEach(() => Promise.all(peers.splice(0).map((peer) => peer.stop())));

  async function startPeer(): Promise<BarePeer> {
    const peer = await barePeer(SETTINGS);
    peers.push(peer);
    return peer;
  }

  it('prunes some connections, keeps protected peers, and accepts new peers again', async () => {
    const hub = await startPeer();
    const connectingPeers = await Promise.all(Array.from({ length: PEER_COUNT }, startPeer));
    for (const connectingPeer of connectingPeers) await connectingPeer.dial(hub.address);
    await eventually('all are connected', () => hub.node.peers().length === PEER_COUNT);
    const wanted = connectingPeers.at(-1)!.id;
    const limits = { highWater: MAX_CONNECTIONS, lowWater: TARGET_CONNECTIONS, gracePeriodMs: 0 };
    await eventually('no request is under way any more', async () => {
      await pruneConnections(hub.node, limits, (peer) => peer === wanted);
      return hub.node.peers().length <= MAX_CONNECTIONS;
    });
    const left = hub.node.peers().map(String);
    assert.ok(left.length >= TARGET_CONNECTIONS);
    assert.ok(left.includes(wanted));
    await (await startPeer()).dial(hub.address);
    assert.equal(
      await pruneConnections(
        hub.node,
        { ...limits, highWater: TARGET_CONNECTIONS, gracePeriodMs: 60_000 },
        () => false,
      ),
      0,
      'no connection is old enough',
    );
  });
});
