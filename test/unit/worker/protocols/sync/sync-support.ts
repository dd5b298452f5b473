import { Sync } from '../../../../../src/worker/protocols/sync/index.ts';
import { SYNC_PROTOCOL } from '../../../../../src/worker/node/protocols.ts';
import { encodeEnd, encodeEntry, encodeHead } from '../../../../../src/worker/protocols/sync/wire.ts';
import type { Frames } from '../../../../../src/worker/protocols/wire/frames.ts';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { sealedRecord } from '../../catalog/support.ts';
import { FakeNetwork } from '../support/fake-network.ts';
import { serveScript, withPeers } from '../support/test-peer.ts';
import type { TestPeer } from '../support/test-peer.ts';

export const never = new AbortController().signal;
export const key = createPublisherKey();

export function records(count: number, prefix = 'package'): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => sealedRecord(key, `${prefix}-${index}`));
}

export function corrupt(envelope: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(envelope);
  copy[copy.length - 1]! ^= 1;
  return copy;
}

/** An honest answer: its head, then all records after the position. */
export async function answer(frames: Frames, envelopes: readonly Uint8Array[], epoch = 'one'): Promise<void> {
  await frames.read(never);
  await frames.write(encodeHead({ epoch, location: undefined, time: undefined }), never);
  for (const [index, envelope] of envelopes.entries())
    await frames.write(encodeEntry({ position: index + 1, envelope, isSeeding: true }), never);
  await frames.write(encodeEnd({ hasMore: false }), never);
}

/** A client, and a peer that answers it as a test says. */
export function withScript(
  script: (frames: Frames, stream: Parameters<Parameters<typeof serveScript>[2]>[1]) => Promise<void>,
  work: (client: TestPeer, sync: Sync, server: TestPeer) => Promise<void>,
): Promise<void> {
  return withPeers(new FakeNetwork(), 2, async (client, server) => {
    await serveScript(server.node, SYNC_PROTOCOL, script);
    const sync = new Sync(client);
    try {
      await work(client, sync, server);
    } finally {
      client.stop();
      await sync.stop();
    }
  });
}
