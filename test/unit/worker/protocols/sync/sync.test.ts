import assert from 'node:assert/strict';
import { Sync } from '../../../../../src/worker/protocols/sync/index.ts';
import { SYNC_PROTOCOL } from '../../../../../src/worker/node/protocols.ts';
import { MAX_BATCH_RECORDS } from '../../../../../src/worker/protocols/sync/limits.ts';
import { encodeEnd, encodeEntry, encodeHead } from '../../../../../src/worker/protocols/sync/wire.ts';
import { sealedRecord } from '../../catalog/support.ts';
import { FakeNetwork } from '../support/fake-network.ts';
import { manualTimeouts } from '../support/manual-timeouts.ts';
import { serveScript, until, withPeers } from '../support/test-peer.ts';
import { answer, key, never, records, withScript } from './sync-support.ts';

describe('sync', () => {
  const timeouts = manualTimeouts();

  it('transfers every record and its provider, and the location of both peers', async () => {
    await withPeers(new FakeNetwork(), 2, async (client, server) => {
      server.publish('alpha');
      server.publish('beta');
      server.sink.ingest(sealedRecord(key, 'gamma'));
      server.location = { latitude: 48.1, longitude: 11.6 };
      client.catalog.peers.saveSeen(server.id, {}, 1);
      server.catalog.peers.saveSeen(client.id, {}, 1);
      client.location = { latitude: 52.5, longitude: 13.4, region: 'Berlin' };
      await new Sync(server).start();
      const sync = new Sync(client);
      await sync.pull(server.node.peerId);
      assert.deepEqual(client.known(), ['alpha', 'beta', 'gamma']);
      assert.deepEqual(client.catalog.peers.providers(server.key.id, 'alpha'), [server.id]);
      assert.deepEqual(client.catalog.peers.providers(key.id, 'gamma'), [], 'known, but not served');
      assert.deepEqual(client.peerReputation.stats(server.id).location, server.location);
      assert.deepEqual(server.peerReputation.stats(client.id).location, client.location);
      assert.deepEqual(client.countsOf(server.id), { successes: 1, failures: 0 });
    });
  });

  it('continues after the last position, and withdraws a provider that stopped seeding', async () => {
    await withPeers(new FakeNetwork(), 2, async (client, server) => {
      server.publish('alpha');
      await new Sync(server).start();
      const sync = new Sync(client);
      await sync.pull(server.node.peerId);
      const { position } = client.catalog.peers.cursor(server.id)!;
      assert.ok(position > 0);
      server.publish('beta');
      await sync.pull(server.node.peerId);
      assert.deepEqual(client.known(), ['alpha', 'beta']);
      assert.equal(client.changed.length, 2, 'the first record was not sent again');
      server.catalog.seeding.stop(server.key.id, 'alpha', 1);
      server.catalog.packages.moveToLogEnd(server.key.id, 'alpha');
      await sync.pull(server.node.peerId);
      assert.deepEqual(client.catalog.peers.providers(server.key.id, 'alpha'), []);
      assert.equal(client.peerReputation.stats(server.id).successes, 2, 'an answer without news earns nothing');
    });
  });

  it('requests one portion after the other while the peer has more', async () => {
    const envelopes = records(3);
    const asked: number[] = [];
    await withScript(
      async (frames) => {
        const { after } = (await frames.read(never)) as { after: number };
        asked.push(after);
        await frames.write(encodeHead({ epoch: 'one', location: undefined, time: undefined }), never);
        const entry = { position: after + 1, envelope: envelopes[after]!, isSeeding: false };
        await frames.write(encodeEntry(entry), never);
        await frames.write(encodeEnd({ hasMore: after + 1 < envelopes.length }), never);
      },
      async (client, sync, server) => {
        await sync.pull(server.node.peerId);
        assert.equal(client.known().length, 3);
        assert.deepEqual(asked, [0, 1, 2]);
      },
    );
  });

  it('ingests at most one batch of records in a turn of the event loop', async () => {
    const envelopes = records(5 * MAX_BATCH_RECORDS);
    await withScript(
      (frames) => answer(frames, envelopes),
      async (client, sync, server) => {
        let inTurn = 0;
        let largest = 0;
        client.onStored = () => {
          if (inTurn++ === 0) setImmediate(() => (inTurn = 0));
          largest = Math.max(largest, inTurn);
        };
        await sync.pull(server.node.peerId);
        assert.equal(client.changed.length, envelopes.length);
        assert.ok(largest > 0 && largest <= MAX_BATCH_RECORDS, `${largest} records in one turn`);
      },
    );
  });

  it('starts over when the peer has another database', async () => {
    let epoch = 'one';
    const requests: unknown[] = [];
    await withScript(
      async (frames) => {
        requests.push(await frames.read(never));
        await frames.write(encodeHead({ epoch, location: undefined, time: undefined }), never);
        await frames.write(encodeEntry({ position: 7, envelope: sealedRecord(key, 'a'), isSeeding: false }), never);
        await frames.write(encodeEnd({ hasMore: false }), never);
      },
      async (client, sync, server) => {
        await sync.pull(server.node.peerId);
        epoch = 'two';
        await sync.pull(server.node.peerId);
        assert.deepEqual({ ...client.catalog.peers.cursor(server.id) }, { epoch: 'two', position: 7 });
        assert.deepEqual(
          requests.map((request) => {
            const { epoch: known, after } = request as { epoch: string; after: number };
            return [known, after];
          }),
          [
            ['', 0],
            ['one', 7],
          ],
        );
      },
    );
  });

  it('keeps what came before the stream was cut, and continues there', async () => {
    const envelopes = records(3);
    let sessions = 0;
    await withScript(
      async (frames, stream) => {
        sessions++;
        const { after } = (await frames.read(never)) as { after: number };
        await frames.write(encodeHead({ epoch: 'one', location: undefined, time: undefined }), never);
        for (let position = after + 1; position <= envelopes.length; position++) {
          await frames.write(encodeEntry({ position, envelope: envelopes[position - 1]!, isSeeding: false }), never);
          if (sessions === 1 && position === 2) {
            stream.abort(new Error('cut'));
            return;
          }
        }
        await frames.write(encodeEnd({ hasMore: false }), never);
      },
      async (client, sync, server) => {
        await sync.pull(server.node.peerId);
        assert.deepEqual(client.countsOf(server.id), { successes: 0, failures: 0 }, 'a cut stream proves nothing');
        await sync.pull(server.node.peerId);
        assert.deepEqual(client.known(), ['package-0', 'package-1', 'package-2']);
        assert.ok(sessions >= 2);
      },
    );
  });

  it('retries an interrupted session by itself while the peer is connected', async () => {
    let sessions = 0;
    await withScript(
      async (frames, stream) => {
        if (++sessions === 1) stream.abort(new Error('cut'));
        else await answer(frames, records(1));
      },
      async (client, sync, server) => {
        await sync.pull(server.node.peerId);
        assert.equal(client.known().length, 0);
        await until(() => client.known().length === 1, Infinity);
        assert.equal(sessions, 2);
        assert.match(client.log.lines.join('\n'), /debug Syncing with peer .* was interrupted/);
      },
    );
  });

  it('pulls from a peer that connects, once at a time, and from a few peers in parallel', async () => {
    let active = 0;
    let most = 0;
    await withPeers(new FakeNetwork(), 8, async (client, ...servers) => {
      const release = Promise.withResolvers<undefined>();
      for (const { node } of servers)
        await serveScript(node, SYNC_PROTOCOL, async (frames) => {
          most = Math.max(most, ++active);
          await release.promise;
          active--;
          await answer(frames, []);
        });
      const sync = new Sync(client);
      await sync.start();
      await until(() => active === 4);
      const round = sync.task().run(never);
      release.resolve(undefined);
      assert.deepEqual(await round, { detail: '7 peers' });
      assert.equal(most, 4);
      assert.equal(client.node.libp2p.opened.length, 7, 'one session for each peer');
      client.stop();
      await sync.stop();
    });
  });

  it('does not ask a banned peer, nor one that is not connected', async () => {
    let sessions = 0;
    await withScript(
      async (frames) => {
        sessions++;
        await answer(frames, []);
      },
      async (client, sync, server) => {
        client.peerReputation.ban(server.id, 'It misbehaved.');
        await sync.pull(server.node.peerId);
        client.peerReputation.clearStanding(server.id);
        await client.node.libp2p.hangUp(server.node.peerId);
        await sync.pull(server.node.peerId);
        assert.equal(sessions, 0);
      },
    );
  });

  it('does not ask without end a peer that says that it has more', async () => {
    let sessions = 0;
    await withScript(
      async (frames) => {
        sessions++;
        await frames.read(never);
        await frames.write({ epoch: 'one' }, never);
        await frames.write(encodeEnd({ hasMore: true }), never);
      },
      async (_client, sync, server) => {
        await sync.pull(server.node.peerId);
        assert.equal(sessions, 1);
      },
    );
  });

  it('ends a session with a silent peer at the timeout, and keeps what it sent', async () => {
    await withScript(
      async (frames) => {
        await frames.read(never);
        await frames.write({ epoch: 'one' }, never);
        await frames.write(encodeEntry({ position: 1, envelope: sealedRecord(key, 'x'), isSeeding: false }), never);
        await new Promise(() => undefined);
      },
      async (client, sync, server) => {
        const pulled = sync.pull(server.node.peerId);
        await until(() => (client.node.libp2p.opened[0]?.sentBytes ?? 0) > 0);
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
        assert.ok(timeouts.pending.includes(10_000));
        timeouts.expire();
        await pulled;
        assert.deepEqual(client.known(), ['x']);
        assert.match(client.log.lines.join('\n'), /timeout/);
      },
    );
  });

  it('ends all sessions when the node stops', async () => {
    await withScript(
      () => new Promise(() => undefined),
      async (client, sync, server) => {
        const pulled = sync.pull(server.node.peerId);
        await until(() => client.node.libp2p.opened.length === 1);
        client.stop();
        await pulled;
        await sync.stop();
        assert.equal(client.node.libp2p.opened[0]?.status, 'aborted');
      },
    );
  });
});
