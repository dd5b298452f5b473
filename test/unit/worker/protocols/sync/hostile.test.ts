import assert from 'node:assert/strict';
import { encodeEnd, encodeEntry } from '../../../../../src/worker/protocols/sync/wire.ts';
import type { Frames } from '../../../../../src/worker/protocols/wire/frames.ts';
import { sealedRecord } from '../../catalog/support.ts';
import { corrupt, key, never, withScript } from './sync-support.ts';

describe('a sync client', () => {
  const HOSTILE: readonly [what: string, script: (frames: Frames) => Promise<void>, failures: number][] = [
    ['a head that is no map', (frames) => frames.write([1, 2], never), 0],
    ['an epoch that is too long', (frames) => frames.write({ epoch: 'e'.repeat(65) }, never), 0],
    ['an epoch of the wrong type', (frames) => frames.write({ epoch: 7 }, never), 0],
    ['an entry without a record', (frames) => entries(frames, { p: 1 }), 0],
    ['a record of the wrong type', (frames) => entries(frames, { p: 1, record: 'text' }), 0],
    ['a negative position', (frames) => entries(frames, { p: -1, record: sealedRecord(key, 'x') }), 0],
    ['a position that is no integer', (frames) => entries(frames, { p: 1.5, record: sealedRecord(key, 'x') }), 0],
    ['bytes that are no record', (frames) => entries(frames, { p: 1, record: new Uint8Array(10) }), 1],
    ['a forged record', (frames) => entries(frames, { p: 1, record: corrupt(sealedRecord(key, 'x')) }), 1],
    ['a frame that is too long', (frames) => entries(frames, { p: 1, record: new Uint8Array(100_000) }), 0],
  ];

  async function entries(frames: Frames, ...more: unknown[]): Promise<void> {
    await frames.write({ epoch: 'one' }, never);
    for (const frame of more) await frames.write(frame, never);
  }

  for (const [what, script, failures] of HOSTILE) {
    it(`ends a session at ${what}`, async () => {
      await withScript(
        async (frames) => {
          await frames.read(never);
          await script(frames);
          await frames.write(encodeEnd({ hasMore: false }), never);
        },
        async (client, sync, server) => {
          await sync.pull(server.node.peerId);
          assert.deepEqual(client.known(), []);
          assert.deepEqual(client.countsOf(server.id), { successes: 0, failures });
          const [stream] = client.node.libp2p.opened;
          assert.notEqual(stream?.status, 'open');
        },
      );
    });
  }

  for (const time of ['soon', -1, 1.5, null, Number.MAX_VALUE]) {
    it(`takes the records of a peer whose time is ${String(time)}, and ignores that time`, async () => {
      await withScript(
        async (frames) => {
          await frames.read(never);
          await frames.write({ epoch: 'one', time }, never);
          await frames.write({ p: 1, record: sealedRecord(key, 'x'), serves: false }, never);
          await frames.write(encodeEnd({ hasMore: false }), never);
        },
        async (client, sync, server) => {
          await sync.pull(server.node.peerId);
          assert.deepEqual(client.known(), ['x']);
          assert.equal(client.peerClocks.compare([server.id]), undefined);
        },
      );
    });
  }

  it('ends a session whose log does not move forward, and keeps the records before that', async () => {
    await withScript(
      async (frames) => {
        await frames.read(never);
        await frames.write({ epoch: 'one' }, never);
        for (;;)
          await frames.write(encodeEntry({ position: 1, envelope: sealedRecord(key, 'x'), isSeeding: false }), never);
      },
      async (client, sync, server) => {
        await sync.pull(server.node.peerId);
        assert.deepEqual(client.known(), ['x']);
        assert.equal(client.node.libp2p.opened[0]?.status, 'aborted');
      },
    );
  });
});
