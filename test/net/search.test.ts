import assert from 'node:assert/strict';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import type { SearchPeer, SearchResults } from '../../src/shared/model.ts';
import type { RecordProtocol } from '../../src/worker/protocols/shared/record-protocols.ts';
import { sealedRecord, signedRecord } from '../unit/worker/catalog/support.ts';
import { TestNetwork, waitForConnections, eventually } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';
import { scriptedPeer } from './scripted-peer.ts';
import type { ScriptedPeer } from './scripted-peer.ts';

const SEARCH_ONLY: RecordProtocol[] = ['search'];
const key = createPublisherKey();
const names = ({ packages }: SearchResults): string[] => packages.map(({ name }) => name);

describe('searching the network', () => {
  let network: TestNetwork;
  let scripted: ScriptedPeer[];
  beforeEach(() => {
    network = new TestNetwork();
    scripted = [];
  });
  afterEach(async () => {
    await Promise.all(scripted.map((peer) => peer.stop()));
    await network.close();
  });

  /** A peer with scripted answers, which the requester knows to speak the search protocol. */
  async function script(requester: TestPeer, answer: Parameters<typeof scriptedPeer>[1]): Promise<ScriptedPeer> {
    const peer = await scriptedPeer(requester.address, answer);
    scripted.push(peer);
    await eventually('its protocols are known', async () => {
      const details = await requester.engine.peer({ id: peer.id }).catch(() => undefined);
      return details?.protocols.includes('/ggen/search/1.0.0');
    });
    return peer;
  }

  async function reputationOf(requester: TestPeer, id: string): Promise<{ successes: number; failures: number }> {
    const { successes, failures } = await requester.engine.peer({ id });
    return { successes, failures };
  }

  it('finds five packages on several peers and ranks them as one list', async () => {
    const [requester, ...otherPeers] = await network.peers(4, { fanOut: 5 }, SEARCH_ONLY);
    await waitForConnections(requester, otherPeers);
    const published = ['parser', 'parser-tools', 'json-parser', 'xml-parser', 'parser-extras'];
    await Promise.all(published.map((name, index) => otherPeers[index % otherPeers.length]!.publish(name, '1.0.0')));
    await otherPeers[0].publish('unrelated', '1.0.0');
    const results = await eventually('all three have answered', async () => {
      const answer = await requester.engine.search({ text: 'parser' });
      return answer.peersAnswered === 3 && answer;
    });
    assert.equal(names(results)[0], 'parser');
    assert.deepEqual(names(results).sort(), [...published].sort());
    assert.equal(new Set(results.packages.map(({ id }) => id)).size, 5);
    const repeated = await requester.engine.search({ text: 'parser', scope: 'local' });
    assert.deepEqual(names(repeated), names(results), 'the order does not depend on which peer answered first');
    assert.deepEqual(results.facets?.licenses, [{ value: 'mit', count: 5 }]);
  });

  it('reports the progress of each peer, from the first update to the last', async () => {
    const requester = await network.peer({}, SEARCH_ONLY);
    const release = Promise.withResolvers<undefined>();
    const peer = await script(requester, async (write) => {
      await write({ record: signedRecord(key, 'needle').envelope, serves: true });
      await release.promise;
      await write({ record: signedRecord(key, 'needle-two').envelope, serves: false });
      await write({ end: true });
    });
    const updates: SearchResults[] = [];
    const answer = requester.engine.search({ text: 'needle' }, { onProgress: (results) => updates.push(results) });
    const first = await eventually('the first record is shown', () =>
      updates.find((results) => results.packages.length === 1),
    );
    assert.deepEqual(first.peers, [{ id: peer.id, state: 'asked', records: 1 }] satisfies SearchPeer[]);
    assert.equal(first.peersAnswered, 0);
    assert.equal(first.packages[0]?.providers, 1);
    release.resolve(undefined);
    const last = await answer;
    assert.deepEqual(last.peers, [{ id: peer.id, state: 'answered', records: 2 }]);
    assert.deepEqual([updates[0]?.packages, last.localCount, last.remoteCount], [[], 0, 2]);
    assert.deepEqual(await reputationOf(requester, peer.id), { successes: 1, failures: 0 });
  });

  it('sends the filters, and applies them locally for a peer that does not know them', async () => {
    const requester = await network.peer({}, SEARCH_ONLY);
    const peer = await script(requester, async (write) => {
      await write({ record: signedRecord(key, 'tool-a', { metadata: { license: 'ISC' } }).envelope });
      await write({ record: signedRecord(key, 'tool-b').envelope });
      await write({ end: true });
    });
    const filters = { publishers: [key.id], licenses: ['isc'], version: '^1', sort: 'name' as const };
    const results = await requester.engine.search({
      text: 'tool',
      ...filters,
      includeYanked: true,
      limit: 7,
      offset: 3,
    });
    const [request] = peer.asked;
    assert.deepEqual(request, { v: 1, text: 'tool', categories: [], tags: [], limit: 10, ...filters, yanked: true });
    assert.deepEqual(names(results), [], 'beyond the end');
    assert.deepEqual(names(await requester.engine.search({ text: 'tool', ...filters, scope: 'local' })), ['tool-a']);
    assert.deepEqual(await reputationOf(requester, peer.id), { successes: 1, failures: 0 }, 'the answer is a success');
  });

  it('answers a peer that sends the filters, and one that knows none of them', async () => {
    const [requester, provider] = await network.peers(2, {}, SEARCH_ONLY);
    await provider.publish('filtered', '1.0.0');
    for (const [filters, expected] of [
      [{ version: '^1' }, ['filtered']],
      [{ version: '^2' }, []],
      [{ publishers: [provider.key.id] }, ['filtered']],
      [{ publishers: [key.id] }, []],
    ] as const) {
      const results = await eventually('the provider answers', async () => {
        const answer = await requester.engine.search({ text: 'filter', ...filters });
        return answer.peersAnswered === 1 && answer;
      });
      assert.deepEqual(names(results), expected, JSON.stringify(filters));
    }
  });

  const other = signedRecord(key, 'another-thing').envelope;
  const INVALID_ANSWERS: [what: string, answer: Parameters<typeof scriptedPeer>[1], found: string[]][] = [
    [
      'a forged record',
      async (write) => {
        const forged = Uint8Array.from(signedRecord(key, 'needle').envelope);
        forged[forged.length - 1]! ^= 1;
        await write({ record: forged, serves: true });
        await write({ end: true });
      },
      [],
    ],
    ['bytes that are no record', (write) => write({ record: new Uint8Array(100), serves: true }), []],
    ['a frame that is no map', (write) => write(['record']), []],
    ['a frame without a record', (write) => write({ hello: 'world' }), []],
    [
      'more records than asked for',
      async (write) => {
        for (let index = 0; index < 4; index++) await write({ record: signedRecord(key, `needle-${index}`).envelope });
      },
      ['needle-0', 'needle-1', 'needle-2'],
    ],
    [
      'one package twice',
      async (write) => {
        for (let seq = 1; seq <= 2; seq++) await write({ record: signedRecord(key, 'needle', { seq }).envelope });
        await write({ end: true });
      },
      ['needle'],
    ],
    [
      'records that have nothing to do with the question',
      async (write) => {
        await write({ record: other, serves: true });
        await write({ record: signedRecord(key, 'advertisement').envelope, serves: true });
        await write({ end: true });
      },
      [],
    ],
    ['an answer that breaks off', (write) => write({ record: signedRecord(key, 'needle').envelope }), ['needle']],
  ];
  for (const [what, answer, found] of INVALID_ANSWERS) {
    it(`${what} costs a peer reputation, and the answers of other peers are kept`, async () => {
      const requester = await network.peer({}, SEARCH_ONLY);
      const honest = await script(requester, async (write) => {
        await write({ record: signedRecord(key, 'needle-of-truth').envelope, serves: true });
        await write({ end: true });
      });
      const maliciousPeer = await script(requester, answer);
      const results = await requester.engine.search({ text: 'needle', limit: 3, sort: 'name' });
      const states = new Map(results.peers?.map(({ id, state }) => [id, state]));
      assert.deepEqual([states.get(honest.id), states.get(maliciousPeer.id)], ['answered', 'failed']);
      assert.deepEqual(names(results), [...found, 'needle-of-truth'].slice(0, 3));
      assert.deepEqual(await reputationOf(requester, maliciousPeer.id), { successes: 0, failures: 1 });
      assert.deepEqual(await reputationOf(requester, honest.id), { successes: 1, failures: 0 });
    });
  }

  it('tolerates one irrelevant record, a different spelling, and a clock that is ahead', async () => {
    const requester = await network.peer({}, SEARCH_ONLY);
    const peer = await script(requester, async (write) => {
      await write({ record: signedRecord(key, 'nedle').envelope });
      await write({ record: other });
      await write({ record: sealedRecord(key, 'needle-ahead', { updated: Date.now() + 3_600_000 }) });
      await write({ record: signedRecord(key, 'needle').envelope });
      await write({ end: true });
    });
    const results = await requester.engine.search({ text: 'needle' });
    assert.deepEqual(names(results), ['needle', 'nedle']);
    assert.deepEqual(await reputationOf(requester, peer.id), { successes: 1, failures: 0 });
  });

  it('ends with the timeout when a peer does not answer, which lowers only the reputation of that peer', async () => {
    const requester = await network.peer({ timeout: 600 }, SEARCH_ONLY);
    const over = Promise.withResolvers<undefined>();
    const silent = await script(requester, () => over.promise);
    const slow = await script(requester, async (write) => {
      await write({ record: signedRecord(key, 'needle').envelope });
      await over.promise;
    });
    const honest = await script(requester, async (write) => {
      await write({ record: signedRecord(key, 'needle-two').envelope });
      await write({ end: true });
    });
    const results = await requester.engine.search({ text: 'needle' });
    over.resolve(undefined);
    assert.deepEqual(names(results), ['needle', 'needle-two']);
    assert.deepEqual([results.peersAsked, results.peersAnswered], [3, 1]);
    for (const { id } of [silent, slow])
      assert.deepEqual(await reputationOf(requester, id), { successes: 0, failures: 1 });
    assert.deepEqual(await reputationOf(requester, honest.id), { successes: 1, failures: 0 });
  });

  it('is canceled immediately, without affecting reputation', async () => {
    const requester = await network.peer({}, SEARCH_ONLY);
    const over = Promise.withResolvers<undefined>();
    const peer = await script(requester, () => over.promise);
    const cancel = new AbortController();
    const answer = requester.engine.search({ text: 'needle' }, { signal: cancel.signal });
    await eventually('it was asked', () => peer.asked.length === 1);
    cancel.abort();
    await assert.rejects(answer, { name: 'AbortError' });
    over.resolve(undefined);
    assert.deepEqual(await reputationOf(requester, peer.id), { successes: 0, failures: 0 });
  });

  it('shares equal queries, and one canceled caller does not affect the other', async () => {
    const requester = await network.peer({}, SEARCH_ONLY);
    const release = Promise.withResolvers<undefined>();
    const peer = await script(requester, async (write) => {
      await release.promise;
      await write({ record: signedRecord(key, 'needle').envelope });
      await write({ end: true });
    });
    const cancel = new AbortController();
    const first = requester.engine.search({ text: 'needle' }, { signal: cancel.signal });
    const second = requester.engine.search({ text: 'needle' });
    await eventually('it was asked', () => peer.asked.length === 1);
    cancel.abort();
    await assert.rejects(first, { name: 'AbortError' });
    release.resolve(undefined);
    assert.deepEqual(names(await second), ['needle']);
    assert.equal(peer.asked.length, 1);
  });

  const INVALID_QUERIES: [what: string, query: Parameters<TestPeer['engine']['search']>[0]][] = [
    ['a text that is too long', { text: 'x'.repeat(257) }],
    ['a limit of nothing', { text: '', limit: 0 }],
    ['a limit beyond the bound', { text: '', limit: 101 }],
    ['an offset before the beginning', { text: '', offset: -1 }],
    ['half an offset', { text: '', offset: 0.5 }],
    ['too many tags', { text: '', tags: new Array<string>(11).fill('tag') }],
    ['a category that is too long', { text: '', categories: ['x'.repeat(65)] }],
    ['a publisher that is none', { text: '', publishers: ['ada'] }],
    ['too many licenses', { text: '', licenses: new Array<string>(11).fill('MIT') }],
    ['a range that is none', { text: '', version: 'newest please' }],
    ['a reputation beyond 1', { text: '', minReputation: 1.1 }],
    ['a reputation that is no number', { text: '', minReputation: NaN }],
  ];
  it('rejects an invalid query, and explains why', async () => {
    const requester = await network.peer({}, SEARCH_ONLY);
    for (const [what, query] of INVALID_QUERIES) {
      await assert.rejects(requester.engine.search(query), { name: 'InvalidRequest' }, what);
    }
  });

  it('excludes packages without a provider above the minimum reputation', async () => {
    const requester = await network.peer({}, SEARCH_ONLY);
    const peer = await script(requester, async (write) => {
      await write({ record: signedRecord(key, 'needle').envelope, serves: true });
      await write({ record: signedRecord(key, 'needle-unserved').envelope, serves: false });
      await write({ end: true });
    });
    await requester.publish('needle-of-mine', '1.0.0');
    await requester.engine.search({ text: 'needle' });
    const { reputation } = await requester.engine.peer({ id: peer.id });
    const ask = async (minReputation: number): Promise<string[]> =>
      names(await requester.engine.search({ text: 'needle', minReputation, scope: 'local', sort: 'name' }));
    assert.deepEqual(await ask(0), ['needle', 'needle-of-mine', 'needle-unserved']);
    assert.deepEqual(await ask(reputation / 2), ['needle', 'needle-of-mine']);
    assert.deepEqual(await ask(1), ['needle-of-mine']);
  });
});
