import assert from 'node:assert/strict';
import type { SearchPeer } from '../../../src/shared/model.ts';
import { Collector } from '../helpers/collector.ts';
import type { CollectedSpan } from '../helpers/collector.ts';
import { barePeer, corruptSignature, signedRecord } from '../helpers/bare-peer.ts';
import { TestNetwork, waitForConnections, eventually, waitForListing, waitForMesh } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { TOPIC } from '../../../src/worker/node/protocols.ts';
import { damageBlocks } from '../helpers/trees.ts';
import { scriptedPeer } from '../scripted-peer.ts';
import type { ScriptedPeer } from '../scripted-peer.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const TRACEPARENT = `00-${TRACE}-${CALLER}-01`;
const ERROR = 2;

const names = (spans: readonly CollectedSpan[]): string[] => spans.map(({ name }) => name);

describe('traces of a real network, exported to a real collector', () => {
  let network: TestNetwork;
  let collector: Collector;
  let scripted: ScriptedPeer[];
  beforeEach(async () => {
    network = new TestNetwork();
    collector = await Collector.start();
    scripted = [];
  });
  afterEach(async () => {
    await Promise.all(scripted.map((peer) => peer.stop()));
    await network.close();
    await collector.close();
  });

  const tracedSettings = (settings: object = {}): object => ({ ...settings, otlpEndpoint: collector.url });

  async function script(requester: TestPeer, answer: Parameters<typeof scriptedPeer>[1]): Promise<ScriptedPeer> {
    const peer = await scriptedPeer(requester.address, answer);
    scripted.push(peer);
    await eventually('its protocols are known', async () => {
      const details = await requester.engine.peer({ id: peer.id }).catch(() => undefined);
      return details?.protocols.includes('/ggen/search/1.0.0');
    });
    return peer;
  }

  it('show a publish as a child of its caller: announcement, DHT, and its ingestion by the other peer', async () => {
    const publisher = await network.peer(tracedSettings());
    const receiver = await network.peer(tracedSettings({ bootstrap: [publisher.address] }));
    await waitForMesh(publisher, 1);
    const root = await network.project('traced', '1.0.0', {});
    const { draft, bytesToSign } = await publisher.engine.draftRelease({ root, publisher: publisher.key.id });
    const signed = { draft, signature: publisher.key.sign(bytesToSign) };
    const receipt = await publisher.engine.publish(signed, { traceparent: TRACEPARENT });
    await waitForListing(receiver, receipt.id, '1.0.0');

    const span = await collector.span('publish');
    assert.deepEqual([span.traceId, span.parentSpanId, span.status], [TRACE, CALLER, 0]);
    assert.equal(span.attributes['package_id'], receipt.id);
    assert.equal(span.attributes['announced_to'], 1);
    assert.equal(span.attributes['dht_stored'], receipt.dhtStored);
    assert.equal(span.resource['service.name'], 'ggen-p2p');
    assert.deepEqual(names(collector.childrenOf(span)), ['announce_package', 'store_in_dht']);
    const [announced, stored] = collector.childrenOf(span);
    assert.equal(announced?.attributes['announced_to'], 1);
    assert.equal(stored?.attributes['package_id'], receipt.id);

    const gossipSpan = await collector.span(
      'handle_gossipsub_event',
      ({ attributes }) => attributes['package_id'] === receipt.id,
    );
    assert.deepEqual([gossipSpan.parentSpanId, gossipSpan.attributes['peer_id']], ['', publisher.id]);
    // The publisher also stores the record at the receiver through the DHT, which may be faster.
    assert.ok(['new', 'same'].includes(String(gossipSpan.attributes['outcome'])));
    const identified = await collector.span(
      'handle_identify_event',
      ({ attributes }) => attributes['peer_id'] === receiver.id,
    );
    assert.equal(identified.parentSpanId, '');
    const draftSpan = await collector.span('draft_release');
    assert.equal(draftSpan.parentSpanId, '', 'a call without a caller is a root');
    await collector.span('handle_kademlia_event');
  });

  it('show a search as a fan-out with a span for each queried peer', async () => {
    const requester = await network.peer(tracedSettings({ fanOut: 5 }));
    const providers = await Promise.all([1, 2].map(() => network.peer({ bootstrap: [requester.address] })));
    await waitForConnections(requester, providers);
    await Promise.all(providers.map((provider, index) => provider.publish(`needle-${index}`, '1.0.0')));
    await script(requester, (write) => write({ end: true }));
    const found = await eventually('all three answer', async () => {
      const results = await requester.engine.search({ text: 'needle' }, { traceparent: TRACEPARENT });
      return results.peersAnswered >= 3 && results.packages.length === 2 && results;
    });

    const span = await collector.span(
      'search',
      ({ attributes }) => attributes['peers_answered'] === found.peersAnswered,
    );
    assert.deepEqual([span.traceId, span.parentSpanId, span.status], [TRACE, CALLER, 0]);
    assert.deepEqual([span.attributes['result_count'], span.attributes['cache_hit']], [2, false]);
    const fanOut = collector.childrenOf(span).find(({ name }) => name === 'query_dht_parallel');
    assert.ok(fanOut !== undefined);
    assert.equal(fanOut.attributes['p2p.dht.query.parallel.fan_out'], 3);
    assert.equal(fanOut.attributes['p2p.dht.query.parallel.found_count'], 2);
    assert.equal(typeof fanOut.attributes['p2p.dht.query.parallel.duration_ms'], 'number');
    const children = collector.childrenOf(fanOut);
    assert.deepEqual(names(children).sort(), ['ask_peer', 'ask_peer', 'ask_peer', 'select_best_peers']);
    const selection = children.find(({ name }) => name === 'select_best_peers');
    assert.equal(selection?.attributes['p2p.peer.selection.count'], 3);
    assert.equal(selection.attributes['p2p.peer.selection.filtered_count'], 3);
    const asked = children.filter(({ name }) => name === 'ask_peer');
    assert.deepEqual(
      new Set(asked.map(({ attributes }) => attributes['peer_id'])),
      new Set([...providers, ...scripted].map(({ id }) => id)),
    );
    assert.deepEqual(new Set(asked.map(({ status }) => status)), new Set([0]));
  });

  it('show which peer timed out in a search, without marking the search as failed', async () => {
    const requester = await network.peer(tracedSettings({ fanOut: 3, timeout: 400 }), ['search']);
    const slow = await script(requester, () => new Promise((resolve) => setTimeout(resolve, 2_000)));
    const quick = await script(requester, (write) => write({ end: true }));
    await requester.engine.search({ text: 'anything' });
    const timedOutSpan = await collector.span('ask_peer', ({ attributes }) => attributes['peer_id'] === slow.id);
    assert.deepEqual([timedOutSpan.status, timedOutSpan.attributes['error.type']], [ERROR, 'TimedOut']);
    const completedSpan = await collector.span('ask_peer', ({ attributes }) => attributes['peer_id'] === quick.id);
    assert.equal(completedSpan.status, 0);
    const span = await collector.span('search');
    assert.deepEqual([span.status, span.attributes['peers_answered']], [0, 1]);
  });

  it('show an invalid answer as an error of the peer that sent it', async () => {
    const requester = await network.peer(tracedSettings(), ['search']);
    const maliciousPeer = await script(requester, async (write) => {
      await write({ record: corruptSignature(signedRecord('needle').envelope), serves: true });
      await write({ end: true });
    });
    const results = await requester.engine.search({ text: 'needle' });
    const states: readonly (readonly [string, SearchPeer['state']])[] = (results.peers ?? []).map(({ id, state }) => [
      id,
      state,
    ]);
    assert.deepEqual(states, [[maliciousPeer.id, 'failed']]);
    const invalidSpan = await collector.span('ask_peer');
    assert.deepEqual(
      [
        invalidSpan.attributes['peer_id'],
        invalidSpan.status,
        invalidSpan.attributes['error.type'],
        invalidSpan.statusMessage,
      ],
      [maliciousPeer.id, ERROR, 'InvalidAnswer', 'InvalidAnswer'],
    );
  });

  it('show a forged announcement as an error, without its text', async () => {
    const receiver = await network.peer(tracedSettings());
    const maliciousPeer = await barePeer();
    try {
      await maliciousPeer.dial(receiver.address);
      const { pubsub } = maliciousPeer.node.libp2p.services;
      await eventually('it knows who listens', () => pubsub.getSubscribers(TOPIC).length > 0);
      await maliciousPeer.announce(corruptSignature(signedRecord('trap').envelope));
      const span = await collector.span('handle_gossipsub_event', ({ status }) => status === ERROR);
      assert.deepEqual([span.attributes['peer_id'], span.attributes['outcome']], [maliciousPeer.id, 'refused']);
      assert.equal(typeof span.attributes['error.type'], 'string');
    } finally {
      await maliciousPeer.stop();
    }
  });

  it('show an install with what it fetched, and one that fails with the name of its error', async () => {
    const publisher = await network.peer();
    const receipt = await publisher.publish('wanted', '2.1.0', { 'README.md': 'x'.repeat(5_000) });
    const reader = await network.peer(tracedSettings({ bootstrap: [publisher.address] }));
    await waitForConnections(reader, [publisher]);
    await waitForListing(reader, receipt.id, '2.1.0');
    const to = `${await network.folder()}/wanted`;
    await reader.engine.install({ id: receipt.id, to }, { traceparent: TRACEPARENT });
    const span = await collector.span('install');
    assert.deepEqual([span.traceId, span.parentSpanId, span.status], [TRACE, CALLER, 0]);
    assert.equal(span.attributes['package_version'], '2.1.0');
    assert.ok(Number(span.attributes['package_size']) > 5_000);
    assert.deepEqual(names(collector.childrenOf(span)), ['get_package', 'fetch_content']);
    assert.equal(collector.childrenOf(span)[0]?.attributes['cache_hit'], true);

    await assert.rejects(reader.engine.install({ id: `${publisher.key.id}/nothing`, to: `${to}-2` }), {
      name: 'PackageNotFound',
    });
    const failed = await collector.span('install', ({ status }) => status === ERROR);
    assert.equal(failed.attributes['error.type'], 'PackageNotFound');
    const query = await collector.span('query_dht', ({ attributes }) =>
      String(attributes['package_id']).endsWith('/nothing'),
    );
    assert.equal(query.traceId, failed.traceId);
    assert.equal(query.attributes['p2p.dht.query.found'], false);
    assert.equal(query.attributes['p2p.dht.query.status'], 'not_found');
    const paths = [span, failed]
      .flatMap(({ attributes }) => Object.values(attributes))
      .filter((value) => String(value).includes(to));
    assert.deepEqual(paths, [], 'no path of this machine is told');
  });

  it('show which provider failed in an install without usable content', async () => {
    const publisher = await network.peer();
    const receipt = await publisher.publish('damaged', '1.0.0', { 'large.bin': new Uint8Array(600_000).fill(7) });
    const reader = await network.peer(tracedSettings({ bootstrap: [publisher.address] }));
    await waitForListing(reader, receipt.id, '1.0.0');
    await damageBlocks(publisher.dataDir);
    const to = `${await network.folder()}/damaged`;
    await assert.rejects(reader.engine.install({ id: receipt.id, to }), { name: 'ContentUnavailable' });
    const fetched = await collector.span('fetch_content');
    assert.deepEqual([fetched.status, fetched.attributes['error.type']], [ERROR, 'ContentUnavailable']);
    assert.ok(fetched.events.length > 0);
    for (const { name, attributes } of fetched.events) {
      assert.deepEqual([name, attributes['peer_id']], ['provider_failed', publisher.id]);
    }
    const span = await collector.span('install');
    assert.deepEqual([span.status, fetched.parentSpanId], [ERROR, span.spanId]);
  });

  it('show an unreachable bootstrap peer as an error, and a canceled search without one', async () => {
    const requester = await network.peer(tracedSettings({ timeout: 5_000 }), ['search']);
    const gone = await network.peer();
    const address = gone.address;
    await gone.stop();
    await requester.engine.bootstrap({ address });
    const span = await collector.span('bootstrap');
    assert.equal(span.status, ERROR);
    assert.deepEqual(
      [span.attributes['p2p.bootstrap.status'], span.attributes['p2p.bootstrap.peer_count']],
      ['error', 0],
    );
    assert.equal(typeof span.attributes['p2p.bootstrap.duration_ms'], 'number');

    await script(requester, () => new Promise((resolve) => setTimeout(resolve, 2_000)));
    const typing = new AbortController();
    const search = requester.engine.search({ text: 'ty' }, { signal: typing.signal });
    await eventually('the peer is asked', () => scripted[0]?.asked.length === 1);
    typing.abort();
    await assert.rejects(search, { name: 'AbortError' });
    const canceled = await collector.span('search');
    assert.deepEqual([canceled.status, canceled.attributes['canceled']], [0, true]);
    const asked = await collector.span('ask_peer');
    assert.deepEqual([asked.status, asked.attributes['canceled']], [0, true]);
  });

  it('are not recorded when the caller chose not to sample', async () => {
    const peer = await network.peer(tracedSettings());
    await peer.engine.search({ text: 'quiet' }, { traceparent: `00-${TRACE}-${CALLER}-00` });
    await peer.engine.search({ text: 'loud' }, { traceparent: `00-${TRACE}-${CALLER}-01` });
    await collector.span('search');
    await peer.stop();
    assert.equal(collector.named('search').length, 1);
  });
});
