import assert from 'node:assert/strict';
import { SYNC_PROTOCOL } from '../../../../../src/worker/node/protocols.ts';
import { SyncServer } from '../../../../../src/worker/protocols/sync/server.ts';
import { Frames } from '../../../../../src/worker/protocols/wire/frames.ts';
import { FakeNetwork } from '../support/fake-network.ts';
import { manualTimeouts } from '../support/manual-timeouts.ts';
import type { MemoryStream } from '../support/memory-stream.ts';
import { until, withPeers } from '../support/test-peer.ts';
import type { TestPeer } from '../support/test-peer.ts';

const never = new AbortController().signal;

type Frame = Record<string, unknown>;

async function readAnswer(frames: Frames): Promise<Frame[]> {
  const all: Frame[] = [];
  for (;;) {
    const frame = (await frames.read(never)) as Frame;
    all.push(frame);
    if (frame['end'] === true) return all;
  }
}

describe('the sync server', () => {
  const timeouts = manualTimeouts();

  /** A server with these packages, and a stream to it. */
  function withServer(
    count: number,
    work: (stream: MemoryStream, frames: Frames, server: TestPeer) => Promise<void>,
    network = new FakeNetwork(),
  ): Promise<void> {
    return withPeers(network, 2, async (client, server) => {
      for (let index = 0; index < count; index++) server.publish(`p${index}`);
      const syncServer = new SyncServer(server);
      await server.node.libp2p.handle(SYNC_PROTOCOL, (stream, connection) => syncServer.serve(stream, connection));
      const stream = await client.node.libp2p.dialProtocol(server.node.peerId, SYNC_PROTOCOL);
      await work(stream, new Frames(stream, 1024 * 1024), server);
    });
  }

  it('sends its log from the start to a client that knows another database', async () => {
    await withServer(3, async (_stream, frames, { catalog }) => {
      const before = Date.now();
      await frames.write({ v: 1, epoch: 'another', after: 2 }, never);
      const [head, ...rest] = await readAnswer(frames);
      const { time, ...others } = head ?? {};
      assert.deepEqual(others, { epoch: catalog.db.epoch });
      assert.ok(Number(time) >= before && Number(time) <= Date.now(), 'the time of the server');
      assert.equal(rest.length, 4);
      assert.deepEqual(rest.at(-1), { end: true, more: false });
    });
  });

  it('sends what follows the cursor, over several pages of its log', async () => {
    await withServer(130, async (_stream, frames, { catalog }) => {
      const after = catalog.packages.readLogAfter(0, 10).at(-1)!.position;
      await frames.write({ v: 1, epoch: catalog.db.epoch, after }, never);
      const [, ...rest] = await readAnswer(frames);
      const positions = rest.slice(0, -1).map(({ p }) => Number(p));
      assert.equal(positions.length, 120);
      assert.ok(positions.every((position, index) => position > (positions[index - 1] ?? after)));
    });
  });

  it('ends after as many bytes as the client asked for, and says that there is more', async () => {
    await withServer(10, async (_stream, frames) => {
      await frames.write({ v: 1, epoch: '', after: 0, limit: 1 }, never);
      const [, ...rest] = await readAnswer(frames);
      assert.equal(rest.length, 2);
      assert.deepEqual(rest.at(-1), { end: true, more: true });
    });
  });

  const HOSTILE: readonly [what: string, request: unknown][] = [
    ['is no map', 'hello'],
    ['has no epoch', { v: 1, after: 0 }],
    ['has an epoch that is too long', { v: 1, epoch: 'e'.repeat(100), after: 0 }],
    ['has a limit that is no number', { v: 1, epoch: '', after: 0, limit: 'all' }],
    ['is longer than a frame may be', { v: 1, epoch: '', padding: new Uint8Array(200_000) }],
  ];
  for (const [what, request] of HOSTILE) {
    it(`resets a stream whose request ${what}`, async () => {
      await withServer(1, async (stream, frames, server) => {
        await frames.write(request, never);
        await assert.rejects(frames.read(never));
        assert.equal(stream.status, 'reset');
        assert.match(server.log.lines.join('\n'), /^debug A sync session/);
      });
    });
  }

  it('rejects a cursor of its own database that is no position', async () => {
    await withServer(1, async (stream, frames, { catalog }) => {
      await frames.write({ v: 1, epoch: catalog.db.epoch, after: -1 }, never);
      await assert.rejects(frames.read(never));
      assert.equal(stream.status, 'reset');
    });
  });

  it('rejects a length prefix without end', async () => {
    await withServer(1, async (stream) => {
      stream.send(Buffer.alloc(8, 0xff));
      await until(() => stream.status === 'reset');
    });
  });

  it('gives up on a client that asks nothing', async () => {
    await withServer(1, async (stream) => {
      await until(() => timeouts.pending.length > 0);
      timeouts.expire();
      await until(() => stream.status === 'reset');
    });
  });

  it('gives up on a client that does not read, and buffers no more than its window', async () => {
    await withServer(
      50,
      async (stream, frames, server) => {
        stream.stall();
        await frames.write({ v: 1, epoch: '', after: 0 }, never);
        const served = server.node.libp2p.getConnections()[0]!.streams[0]!;
        await until(() => served.writableNeedsDrain);
        timeouts.expire();
        await until(() => served.status === 'aborted');
        assert.ok(served.sentBytes <= 4096);
      },
      new FakeNetwork({ windowBytes: 4096 }),
    );
  });
});
