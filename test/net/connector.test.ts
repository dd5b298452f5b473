import assert from 'node:assert/strict';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { Dialer } from '../../src/worker/node/dialer.ts';
import { barePeer } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';

/** Far more than are dialed at the same time. */
const UNREACHABLE_PEERS = 30;
/** Longer than the pause after a failed dial. */
const INTERVAL_MS = 2 * 60_000;

describe('a node with no bootstrap peer', () => {
  const peers: BarePeer[] = [];
  const now = performance.now.bind(performance);

  afterEach(async () => {
    performance.now = now;
    await Promise.all(peers.splice(0).map((peer) => peer.stop()));
  });

  it('finds the one reachable peer among many unreachable ones', async () => {
    const [node, left] = await Promise.all([barePeer(), barePeer()]);
    peers.push(node, left);
    const { peerStore } = node.node.libp2p;
    // No process listens on this port (finger).
    const multiaddrs = [multiaddr('/ip4/127.0.0.1/tcp/79')];
    for (let count = 0; count < UNREACHABLE_PEERS; count++) {
      await peerStore.merge(peerIdFromPrivateKey(await generateKeyPair('Ed25519')), { multiaddrs });
    }
    await peerStore.merge(left.node.peerId, { multiaddrs: [multiaddr(left.address)] });
    const quiet = (): undefined => undefined;
    const log = { error: quiet, warn: quiet, info: quiet, debug: quiet };
    const task = new Dialer(node.node, log, () => false).task([]);
    for (let round = 0; round < UNREACHABLE_PEERS && node.node.peers().length === 0; round++) {
      await task.run(AbortSignal.timeout(20_000));
      const later = (round + 1) * INTERVAL_MS;
      performance.now = () => now() + later;
    }
    assert.deepEqual(node.node.peers().map(String), [left.id]);
  });
});
