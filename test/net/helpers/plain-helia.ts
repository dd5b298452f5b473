import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { MemoryBlockstore } from 'blockstore-core';
import { MemoryDatastore } from 'datastore-core';
import { createHeliaLight } from 'helia';
import type { Helia } from '@helia/interface';
import type { HeliaWithLibp2p } from '@helia/libp2p';
import type { Identify } from '@libp2p/identify';

/** What an IPFS user runs: Helia with bitswap over TCP, in their defaults, and nothing of this project. */
export interface PlainHelia {
  readonly node: HeliaWithLibp2p<{ identify: Identify }>;
  readonly id: string;
  readonly address: string;
  stop(): Promise<void>;
}

export async function plainHelia(): Promise<PlainHelia> {
  const node = withBitswap<{ identify: Identify }>(
    withLibp2pLight<Helia, { identify: Identify }>(
      createHeliaLight({ blockstore: new MemoryBlockstore(), datastore: new MemoryDatastore() }),
      {
        addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
        transports: [tcp()],
        connectionEncrypters: [noise()],
        streamMuxers: [yamux()],
        services: { identify: identify() },
      },
    ),
  );
  await node.start();
  const [address] = node.libp2p.getMultiaddrs();
  if (address === undefined) throw new Error('The node listens on no address');
  return {
    node,
    id: node.libp2p.peerId.toString(),
    address: address.toString(),
    stop: async () => {
      await node.stop();
    },
  };
}
