import { generateKeyPair } from '@libp2p/crypto/keys';
import { multiaddr } from '@multiformats/multiaddr';
import { MemoryBlockstore } from 'blockstore-core';
import { MemoryDatastore } from 'datastore-core';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/defaults.ts';
import { Frames } from '../../src/worker/network/frames.ts';
import { startNode } from '../../src/worker/node/node.ts';
import { SEARCH_PROTOCOL } from '../../src/worker/node/protocols.ts';

/** A real node whose answers to searches a test writes frame by frame. */
export interface ScriptedPeer {
  readonly id: string;
  /** Requests that it was asked. */
  readonly asked: Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
}

/**
 * @param joins address of the peer that shall ask it
 * @param answer writes the frames; the stream stays open until it resolves
 */
export async function scriptedPeer(
  joins: string,
  answer: (write: (frame: unknown) => Promise<void>, request: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<ScriptedPeer> {
  const inputs = {
    privateKey: await generateKeyPair('Ed25519'),
    datastore: new MemoryDatastore(),
    blockstore: new MemoryBlockstore(),
    settings: { ...DEFAULT_NODE_SETTINGS, listen: ['/ip4/127.0.0.1/tcp/0'] },
    version: '0.0.0-test',
    validateHead: () => Promise.resolve(),
    selectHead: () => 0,
    reputation: () => 1,
    isBanned: () => false,
  };
  const node = await startNode(inputs);
  const asked: Record<string, unknown>[] = [];
  const bound = (): AbortSignal => AbortSignal.timeout(20_000);
  await node.libp2p.handle(SEARCH_PROTOCOL, async (stream) => {
    const frames = new Frames(stream, 1024 * 1024);
    try {
      const request = (await frames.read(bound())) as Record<string, unknown>;
      asked.push(request);
      await answer((frame) => frames.write(frame, bound()), request);
      await frames.close(bound());
    } catch {
      // The asker may well hang up on what it is told here.
    }
  });
  await node.libp2p.dial(multiaddr(joins));
  return { id: node.peerId.toString(), asked, stop: () => node.stop() };
}
