import assert from 'node:assert/strict';
import { trim } from '../../src/worker/node/trimming.ts';
import { barePeer } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { eventually } from './helpers/peers.ts';

/** No DHT, whose closest peers are kept in any case: with so few that would be all of them. */
const SETTINGS = { dhtMode: 'client' } as const;
const MOST = 15;
const KEPT = 14;
/** More than gossip keeps in its mesh besides those to let go. */
const COMERS = 20;

describe('a node with too many peers', () => {
  const peers: BarePeer[] = [];

  afterEach(() => Promise.all(peers.splice(0).map((peer) => peer.stop())));

  async function started(): Promise<BarePeer> {
    const peer = await barePeer(SETTINGS);
    peers.push(peer);
    return peer;
  }

  it('lets go of some, not of those that the user wants, and takes newcomers again', async () => {
    const hub = await started();
    const comers = await Promise.all(Array.from({ length: COMERS }, started));
    for (const comer of comers) await comer.dial(hub.address);
    await eventually('all are connected', () => hub.node.peers().length === COMERS);
    const wanted = comers.at(-1)!.id;
    const limits = { most: MOST, kept: KEPT, grace: 0 };
    await eventually('nothing is under way with them any more', async () => {
      await trim(hub.node, limits, (peer) => peer === wanted);
      return hub.node.peers().length <= MOST;
    });
    const left = hub.node.peers().map(String);
    assert.ok(left.length >= KEPT);
    assert.ok(left.includes(wanted));
    await (await started()).dial(hub.address);
    assert.equal(
      await trim(hub.node, { ...limits, most: KEPT, grace: 60_000 }, () => false),
      0,
      'nobody came long ago',
    );
  });
});
