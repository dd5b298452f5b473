import assert from 'node:assert/strict';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import type { SearchPeer } from '../../../../../src/shared/model.ts';
import { SEARCH_PROTOCOL } from '../../../../../src/worker/node/protocols.ts';
import type { FanOutOptions } from '../../../../../src/worker/protocols/search/client.ts';
import { Search } from '../../../../../src/worker/protocols/search/index.ts';
import { ANSWER_END, encodeAnswer } from '../../../../../src/worker/protocols/search/wire.ts';
import { Frames } from '../../../../../src/worker/protocols/wire/frames.ts';
import { sealedRecord } from '../../catalog/support.ts';
import { FakeNetwork } from '../support/fake-network.ts';
import { manualTimeouts } from '../support/manual-timeouts.ts';
import { serveScript, until, withPeers } from '../support/test-peer.ts';
import type { TestPeer } from '../support/test-peer.ts';

const never = new AbortController().signal;
const key = createPublisherKey();
const QUERY = { text: 'parser', limit: 3 };

function options(changes: Partial<FanOutOptions> = {}): FanOutOptions {
  return { fanOut: 5, signal: never, timeoutMs: 30_000, onUpdate: () => undefined, ...changes };
}

/** A client that is connected to one peer, which answers as a test says. */
function withScript(
  script: (frames: Frames) => Promise<void>,
  work: (client: TestPeer, search: Search, server: TestPeer) => Promise<void>,
): Promise<void> {
  return withPeers(new FakeNetwork(), 2, async (client, server) => {
    await serveScript(server.node, SEARCH_PROTOCOL, async (frames) => {
      await frames.read(never);
      await script(frames);
    });
    await work(client, new Search(client), server);
  });
}

async function sendRecords(frames: Frames, ...names: string[]): Promise<void> {
  for (const name of names)
    await frames.write(encodeAnswer({ envelope: sealedRecord(key, name), isSeeding: true }), never);
}

describe('searching peers', () => {
  const timeouts = manualTimeouts();

  it('finds matching records of several peers, with their providers and the progress of each peer', async () => {
    await withPeers(new FakeNetwork(), 3, async (client, one, other) => {
      one.publish('parser-one');
      one.publish('unrelated');
      other.publish('parser-other');
      for (const peer of [one, other]) await new Search(peer).start();
      const updates: (readonly SearchPeer[])[] = [];
      const result = await new Search(client).fanOut(QUERY, options({ onUpdate: (peers) => updates.push(peers) }));
      assert.deepEqual(client.known(), ['parser-one', 'parser-other']);
      assert.deepEqual(client.catalog.peers.providers(one.key.id, 'parser-one'), [one.id]);
      assert.deepEqual([result.asked, result.answered], [2, 2]);
      assert.deepEqual(
        result.peers.map(({ state, records }) => [state, records]),
        [
          ['answered', 1],
          ['answered', 1],
        ],
      );
      assert.equal(updates.length, 4, 'one for each record and for each end');
      assert.deepEqual(client.countsOf(one.id), { successes: 1, failures: 0 });
    });
  });

  it('asks the best peers that speak the protocol, trusted ones first, and none with a low score', async () => {
    await withPeers(new FakeNetwork(), 5, async (client, good, trusted, bad) => {
      for (const peer of [good, trusted, bad]) await new Search(peer).start();
      for (let count = 0; count < 20; count++) client.peerReputation.recordFailure(bad.id);
      client.peerReputation.recordSuccess(good.id, 10);
      client.peerReputation.trust(trusted.id);
      const search = new Search(client);
      const { peers } = await search.fanOut(QUERY, options({ fanOut: 1 }));
      assert.deepEqual(
        peers.map(({ id }) => id),
        [trusted.id],
      );
      const asked = new Set((await search.fanOut(QUERY, options())).peers.map(({ id }) => id));
      assert.deepEqual(asked, new Set([trusted.id, good.id]));
    });
  });

  it('asks no peer when this node does not search, except those that the caller names', async () => {
    await withPeers(new FakeNetwork(), 2, async (client, server) => {
      server.publish('parser');
      await new Search(server).start();
      client.enabledProtocols.delete('search');
      const search = new Search(client);
      assert.deepEqual(await search.fanOut(QUERY, options()), { asked: 0, answered: 0, peers: [] });
      assert.equal((await search.fanOut(QUERY, options({ peers: [server.node.peerId] }))).answered, 1);
    });
  });

  const INVALID: readonly [what: string, script: (frames: Frames) => Promise<void>, stored: string[]][] = [
    ['a package twice', (frames) => sendRecords(frames, 'parser', 'parser'), ['parser']],
    [
      'more records than requested',
      (frames) => sendRecords(frames, 'parser-1', 'parser-2', 'parser-3', 'parser-4'),
      ['parser-1', 'parser-2', 'parser-3', 'parser-4'],
    ],
    ['unrelated records', (frames) => sendRecords(frames, 'teapot', 'kettle'), ['kettle', 'teapot']],
    ['bytes that are no record', (frames) => frames.write({ record: new Uint8Array(9), serves: true }, never), []],
  ];
  for (const [what, script, stored] of INVALID) {
    it(`counts an answer with ${what} as invalid, and keeps its valid records`, async () => {
      await withScript(
        async (frames) => {
          await script(frames);
          await frames.write(ANSWER_END, never);
        },
        async (client, search, server) => {
          for (let count = 0; count < 10; count++) await search.fanOut(QUERY, options({ peers: [server.node.peerId] }));
          assert.deepEqual(client.known(), stored);
          assert.equal(client.peerReputation.standing(server.id).standing, 'banned', 'misbehavior leads to a ban');
        },
      );
    });
  }

  const BROKEN: readonly [what: string, script: (frames: Frames) => Promise<void> | void][] = [
    ['a frame that is no map', (frames) => frames.write(['parser'], never)],
    ['a frame without a record', (frames) => frames.write({ serves: true }, never)],
    ['a record of the wrong type', (frames) => frames.write({ record: 'parser' }, never)],
    ['a frame that is too long', (frames) => frames.write({ record: new Uint8Array(100_000) }, never)],
    ['an answer without an end', (frames) => frames.close(never)],
    [
      'a reset',
      (frames) => {
        frames.abort(new Error('gone'));
      },
    ],
  ];
  for (const [what, script] of BROKEN) {
    it(`counts ${what} as a failure, which is no misbehavior`, async () => {
      await withScript(
        async (frames) => {
          await script(frames);
        },
        async (client, search, server) => {
          const { answered, peers } = await search.fanOut(QUERY, options());
          assert.deepEqual([answered, peers[0]?.state], [0, 'failed']);
          assert.deepEqual(client.countsOf(server.id), { successes: 0, failures: 1 });
          assert.equal(client.node.libp2p.opened[0]?.writeStatus, 'closed');
        },
      );
    });
  }

  it('tolerates one unrelated record', async () => {
    await withScript(
      async (frames) => {
        await sendRecords(frames, 'teapot', 'parser');
        await frames.write(ANSWER_END, never);
      },
      async (_client, search) => {
        assert.equal((await search.fanOut(QUERY, options())).answered, 1);
      },
    );
  });

  it('does not wait for a silent peer beyond the timeout, and keeps what others sent', async () => {
    await withPeers(new FakeNetwork(), 3, async (client, silent, honest) => {
      await serveScript(silent.node, SEARCH_PROTOCOL, () => new Promise(() => undefined));
      honest.publish('parser');
      await new Search(honest).start();
      const result = new Search(client).fanOut(QUERY, options());
      await until(() => client.known().length === 1);
      timeouts.expire();
      assert.deepEqual((await result).peers.map(({ state }) => state).sort(), ['answered', 'failed']);
      assert.deepEqual(client.countsOf(silent.id), { successes: 0, failures: 1 });
      assert.equal(client.countsOf(honest.id).failures, 0);
    });
  });

  it('waits longer for a peer that usually takes longer, within bounds', async () => {
    await withScript(
      (frames) => frames.write(ANSWER_END, never),
      async (client, search, server) => {
        for (const [averageMs, expected] of [
          [100, 5_000],
          [800, 8_000],
          [5_000, 10_000],
        ] as const) {
          client.catalog.peers.saveStats(server.id, {
            successes: 1,
            failures: 0,
            packages: 0,
            averageResponse: averageMs,
          });
          const before = timeouts.pending.length;
          await search.fanOut(QUERY, options({ peers: [server.node.peerId] }));
          assert.ok(timeouts.pending.slice(before).includes(expected), `${averageMs} ms: ${expected} ms`);
        }
      },
    );
  });

  it('does not blame a peer when the caller cancels, or when it was named by others and cannot be reached', async () => {
    await withScript(
      () => new Promise(() => undefined),
      async (client, search, server) => {
        const canceled = new AbortController();
        const result = search.fanOut(QUERY, options({ signal: canceled.signal }));
        await until(() => client.node.libp2p.opened.length === 1);
        canceled.abort(new Error('The user typed on'));
        assert.equal((await result).answered, 0);
        assert.deepEqual(client.countsOf(server.id), { successes: 0, failures: 0 });
        const stranger = await new FakeNetwork().node();
        const { peers } = await search.fanOut(QUERY, options({ peers: [stranger.peerId] }));
        assert.equal(peers[0]?.state, 'failed');
        assert.deepEqual(client.countsOf(stranger.id), { successes: 0, failures: 0 });
      },
    );
  });
});

describe('the search server', () => {
  const timeouts = manualTimeouts();

  async function ask(request: unknown, prepare: (server: TestPeer) => void = () => undefined): Promise<unknown[]> {
    const answer: unknown[] = [];
    await withPeers(new FakeNetwork(), 2, async (client, server) => {
      prepare(server);
      await new Search(server).start();
      const stream = await client.node.libp2p.dialProtocol(server.node.peerId, SEARCH_PROTOCOL);
      const frames = new Frames(stream, 1024 * 1024);
      await frames.write(request, never);
      try {
        for (;;) answer.push(await frames.read(never));
      } catch {
        answer.push(stream.status);
      }
    });
    return answer;
  }

  const REQUEST = { v: 1, text: 'parser', categories: [], tags: [], limit: 2 };

  it('sends no more records than requested, each with whether it serves the package', async () => {
    const answer = await ask(REQUEST, (server) => {
      for (const name of ['parser-1', 'parser-2', 'parser-3', 'teapot']) server.publish(name);
    });
    assert.equal(answer.length, 4);
    assert.ok(answer.slice(0, 2).every((frame) => (frame as { serves: boolean }).serves));
    assert.deepEqual(answer[2], { end: true });
  });

  it('applies the filters that it knows, and ignores unknown ones', async () => {
    const answer = await ask({ ...REQUEST, licenses: ['Apache-2.0'], publishers: [key.id], shiny: true }, (server) => {
      server.publish('parser-1');
    });
    assert.deepEqual(answer[0], { end: true });
  });

  const HOSTILE: readonly [what: string, request: unknown][] = [
    ['is no map', 7],
    ['has no text', { v: 1, categories: [], tags: [], limit: 1 }],
    ['has a text that is too long', { ...REQUEST, text: 'x'.repeat(10_000) }],
    ['has tags that are no list', { ...REQUEST, tags: 'parser' }],
    ['has too many tags', { ...REQUEST, tags: Array.from({ length: 1_000 }, () => 'x') }],
    ['has a limit that is no number', { ...REQUEST, limit: 'all' }],
    ['has a limit that is too high', { ...REQUEST, limit: 1_000_000 }],
    ['has publishers of the wrong type', { ...REQUEST, publishers: [7] }],
    ['is longer than a frame may be', { ...REQUEST, padding: new Uint8Array(200_000) }],
  ];
  for (const [what, request] of HOSTILE) {
    it(`resets a stream whose request ${what}`, async () => {
      assert.deepEqual(await ask(request, (server) => void server.publish('parser')), ['reset']);
    });
  }

  it('gives up on a client that asks nothing', async () => {
    await withPeers(new FakeNetwork(), 2, async (client, server) => {
      await new Search(server).start();
      const stream = await client.node.libp2p.dialProtocol(server.node.peerId, SEARCH_PROTOCOL);
      await until(() => timeouts.pending.includes(10_000));
      timeouts.expire();
      await until(() => stream.status === 'reset');
      assert.match(server.log.lines.join('\n'), /A search by peer/);
    });
  });
});
