import { generateKeyPair } from '@libp2p/crypto/keys';
import { MemoryBlockstore } from 'blockstore-core';
import { MemoryDatastore } from 'datastore-core';
import { multiaddr } from '@multiformats/multiaddr';
import type { Stream } from '@libp2p/interface';
import { createPublisherKey } from '../../../src/identity/publisher-key.ts';
import type { PublisherKey } from '../../../src/identity/publisher-key.ts';
import { DEFAULT_NODE_SETTINGS } from '../../../src/shared/settings/node-settings.ts';
import type { NodeSettings, PackageMetadata } from '../../../src/shared/model.ts';
import { Frames } from '../../../src/worker/protocols/wire/frames.ts';
import { claimSigningBytes, encodeAnnouncement } from '../../../src/worker/node/announcement.ts';
import type { Libp2pInputs } from '../../../src/worker/node/libp2p-options.ts';
import { startMarketplaceNode } from '../../../src/worker/node/node.ts';
import type { MarketplaceNode } from '../../../src/worker/node/node.ts';
import { TOPIC } from '../../../src/worker/node/protocols.ts';
import { bytesToSign, encodePayload, sealRecord } from '../../../src/worker/records/record.ts';

/** A node over real TCP without an engine: a test decides what it answers. */
export interface BarePeer {
  readonly node: MarketplaceNode;
  readonly id: string;
  readonly address: string;
  dial(address: string): Promise<void>;
  /** Announces these bytes, valid or not, with the claim that this peer serves the package. */
  announce(record: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/** @param peerPolicy this node's reputation and bans of other peers; it accepts all when left out */
export async function barePeer(
  settings: Partial<NodeSettings> = {},
  peerPolicy: Partial<Pick<Libp2pInputs, 'reputation' | 'isBanned'>> = {},
): Promise<BarePeer> {
  const node = await startMarketplaceNode({
    privateKey: await generateKeyPair('Ed25519'),
    datastore: new MemoryDatastore(),
    blockstore: new MemoryBlockstore(),
    settings: { ...DEFAULT_NODE_SETTINGS, listen: ['/ip4/127.0.0.1/tcp/0'], ...settings },
    version: '0.0.0-test',
    validateHead: () => Promise.resolve(),
    selectHead: () => 0,
    reputation: () => 0.85,
    isBanned: () => false,
    ...peerPolicy,
  });
  const { pubsub } = node.libp2p.services;
  pubsub.subscribe(TOPIC);
  return {
    node,
    id: node.peerId.toString(),
    address: node.addresses()[0] ?? '',
    dial: async (address) => {
      await node.libp2p.dial(multiaddr(address));
    },
    announce: async (record) => {
      const signature = await node.sign(claimSigningBytes(record));
      await pubsub.publish(TOPIC, encodeAnnouncement({ record, providerKey: node.publicKey, signature }));
    },
    stop: () => node.stop(),
  };
}

/** Answers a protocol with `answer`. Errors of a stream are ignored, because they are what the tests provoke. */
export async function serve(
  peer: BarePeer,
  protocol: string,
  answer: (frames: Frames, stream: Stream) => Promise<void>,
): Promise<void> {
  await peer.node.libp2p.handle(protocol, async (stream) => {
    await answer(new Frames(stream, 1024 * 1024), stream).catch(() => undefined);
  });
}

/** A signed record of one release. */
export function signedRecord(
  name: string,
  {
    key = createPublisherKey(),
    seq = 1,
    version = '1.0.0',
    metadata = {},
  }: { key?: PublisherKey; seq?: number; version?: string; metadata?: Partial<PackageMetadata> } = {},
): { envelope: Uint8Array; id: string; key: PublisherKey } {
  const now = Date.now();
  const payload = encodePayload({
    publisher: key.id,
    name,
    seq,
    updated: now,
    metadata: { title: name, description: '', categories: [], tags: [], license: 'MIT', authors: [], ...metadata },
    releases: [
      {
        version,
        root: 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
        size: 1,
        files: 1,
        kind: 'gpack',
        dependencies: [],
        published: now,
        yanked: false,
      },
    ],
  });
  return { envelope: sealRecord(payload, key.sign(bytesToSign(payload))), id: `${key.id}/${name}`, key };
}

/** The record with one bit of its signature flipped. */
export function corruptSignature(envelope: Uint8Array): Uint8Array {
  const copy = envelope.slice();
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 1;
  return copy;
}
