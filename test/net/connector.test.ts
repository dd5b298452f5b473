import assert from 'node:assert/strict';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { Connector } from '../../src/worker/node/connector.ts';
import { barePeer } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';

/** More than are dialled at once, by far. */
const GONE = 30;
/** Longer than anybody is left alone after a dial in vain. */
const MINUTES = 2 * 60_000;

describe('a node with no bootstrap peer', () => {
  const peers: BarePeer[] = [];
  const now = performance.now.bind(performance);

  afterEach(async () => {
    performance.now = now;
    await Promise.all(peers.splice(0).map((peer) => peer.stop()));
  });

  it('finds the one peer that is left among many that are gone', async () => {
    const [node, left] = await Promise.all([barePeer(), barePeer()]);
    peers.push(node, left);
    const { peerStore } = node.node.libp2p;
    // Nobody listens on the port of finger.
    const multiaddrs = [multiaddr('/ip4/127.0.0.1/tcp/79')];
    for (let count = 0; count < GONE; count++) {
      await peerStore.merge(peerIdFromPrivateKey(await generateKeyPair('Ed25519')), { multiaddrs });
    }
    await peerStore.merge(left.node.peerId, { multiaddrs: [multiaddr(left.address)] });
    const quiet = (): undefined => undefined;
    const log = { error: quiet, warn: quiet, info: quiet, debug: quiet };
    const task = new Connector(node.node, log, () => false).task([]);
    for (let round = 0; round < GONE && node.node.peers().length === 0; round++) {
      await task.run(AbortSignal.timeout(20_000));
      const later = (round + 1) * MINUTES;
      performance.now = () => now() + later;
    }
    assert.deepEqual(node.node.peers().map(String), [left.id]);
  });
});
