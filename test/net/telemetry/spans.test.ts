import assert from 'node:assert/strict';
import type { SearchPeer } from '../../../src/shared/model.ts';
import { Collector } from '../helpers/collector.ts';
import type { CollectedSpan } from '../helpers/collector.ts';
import { barePeer, forged, signedRecord } from '../helpers/bare-peer.ts';
import { TestNetwork, connected, eventually, lists, meshed } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { TOPIC } from '../../../src/worker/node/protocols.ts';
import { damageBlocks } from '../helpers/trees.ts';
import { scriptedPeer } from '../search-peers.ts';
import type { ScriptedPeer } from '../search-peers.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const TRACEPARENT = `00-${TRACE}-${CALLER}-01`;
const ERROR = 2;

const names = (spans: readonly CollectedSpan[]): string[] => spans.map(({ name }) => name);

describe('traces of a real network, at a real collector', () => {
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

  const watched = (settings: object = {}): object => ({ ...settings, otlpEndpoint: collector.url });

  async function script(asker: TestPeer, answer: Parameters<typeof scriptedPeer>[1]): Promise<ScriptedPeer> {
    const peer = await scriptedPeer(asker.address, answer);
    scripted.push(peer);
    await eventually('its protocols are known', async () => {
      const details = await asker.engine.peer({ id: peer.id }).catch(() => undefined);
      return details?.protocols.includes('/ggen/search/1.0.0');
    });
    return peer;
  }

  it('show a publish below its caller: announcement, DHT, and what the other peer made of it', async () => {
    const publisher = await network.peer(watched());
    const hearer = await network.peer(watched({ bootstrap: [publisher.address] }));
    await meshed(publisher, 1);
    const root = await network.project('traced', '1.0.0', {});
    const { draft, bytesToSign } = await publisher.engine.draftRelease({ root, publisher: publisher.key.id });
    const signed = { draft, signature: publisher.key.sign(bytesToSign) };
    const receipt = await publisher.engine.publish(signed, { traceparent: TRACEPARENT });
    await lists(hearer, receipt.id, '1.0.0');

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

    const heard = await collector.span('handle_gossipsub_event', ({ attributes }) => attributes['outcome'] === 'new');
    assert.deepEqual([heard.parentSpanId, heard.attributes['peer_id']], ['', publisher.id]);
    assert.equal(heard.attributes['package_id'], receipt.id);
    const identified = await collector.span(
      'handle_identify_event',
      ({ attributes }) => attributes['peer_id'] === hearer.id,
    );
    assert.equal(identified.parentSpanId, '');
    const draftSpan = await collector.span('draft_release');
    assert.equal(draftSpan.parentSpanId, '', 'a call without a caller is a root');
    await collector.span('handle_kademlia_event');
  });

  it('show a search as a fan-out with a span for each peer that was asked', async () => {
    const asker = await network.peer(watched({ fanOut: 5 }));
    const holders = await Promise.all([1, 2].map(() => network.peer({ bootstrap: [asker.address] })));
    await connected(asker, holders);
    await Promise.all(holders.map((holder, index) => holder.publish(`needle-${index}`, '1.0.0')));
    await script(asker, (write) => write({ end: true }));
    const found = await eventually('all three answer', async () => {
      const results = await asker.engine.search({ text: 'needle' }, { traceparent: TRACEPARENT });
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
      new Set([...holders, ...scripted].map(({ id }) => id)),
    );
    assert.deepEqual(new Set(asked.map(({ status }) => status)), new Set([0]));
  });

  it('show which peer made a search run into its time-out, which is no failure of the search', async () => {
    const asker = await network.peer(watched({ fanOut: 3, timeout: 400 }), ['search']);
    const slow = await script(asker, () => new Promise((resolve) => setTimeout(resolve, 2_000)));
    const quick = await script(asker, (write) => write({ end: true }));
    await asker.engine.search({ text: 'anything' });
    const late = await collector.span('ask_peer', ({ attributes }) => attributes['peer_id'] === slow.id);
    assert.deepEqual([late.status, late.attributes['error.type']], [ERROR, 'TimedOut']);
    const prompt = await collector.span('ask_peer', ({ attributes }) => attributes['peer_id'] === quick.id);
    assert.equal(prompt.status, 0);
    const span = await collector.span('search');
    assert.deepEqual([span.status, span.attributes['peers_answered']], [0, 1]);
  });

  it('show a hostile answer as the error of the peer that gave it', async () => {
    const asker = await network.peer(watched(), ['search']);
    const liar = await script(asker, async (write) => {
      await write({ record: forged(signedRecord('needle').envelope), serves: true });
      await write({ end: true });
    });
    const results = await asker.engine.search({ text: 'needle' });
    const states: readonly (readonly [string, SearchPeer['state']])[] = (results.peers ?? []).map(({ id, state }) => [
      id,
      state,
    ]);
    assert.deepEqual(states, [[liar.id, 'failed']]);
    const lie = await collector.span('ask_peer');
    assert.deepEqual(
      [lie.attributes['peer_id'], lie.status, lie.attributes['error.type'], lie.statusMessage],
      [liar.id, ERROR, 'FalseAnswer', 'FalseAnswer'],
    );
  });

  it('show a forged announcement as an error, without its text', async () => {
    const hearer = await network.peer(watched());
    const liar = await barePeer();
    try {
      await liar.dial(hearer.address);
      const { pubsub } = liar.node.libp2p.services;
      await eventually('it knows who listens', () => pubsub.getSubscribers(TOPIC).length > 0);
      await liar.announce(forged(signedRecord('trap').envelope));
      const span = await collector.span('handle_gossipsub_event', ({ status }) => status === ERROR);
      assert.deepEqual([span.attributes['peer_id'], span.attributes['outcome']], [liar.id, 'refused']);
      assert.equal(typeof span.attributes['error.type'], 'string');
    } finally {
      await liar.stop();
    }
  });

  it('show an install with what it fetched, and one that fails with the name of its error', async () => {
    const publisher = await network.peer();
    const receipt = await publisher.publish('wanted', '2.1.0', { 'README.md': 'x'.repeat(5_000) });
    const reader = await network.peer(watched({ bootstrap: [publisher.address] }));
    await connected(reader, [publisher]);
    await lists(reader, receipt.id, '2.1.0');
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

  it('show which provider failed an install that got nothing usable', async () => {
    const publisher = await network.peer();
    const receipt = await publisher.publish('damaged', '1.0.0', { 'large.bin': new Uint8Array(600_000).fill(7) });
    const reader = await network.peer(watched({ bootstrap: [publisher.address] }));
    await lists(reader, receipt.id, '1.0.0');
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

  it('show a bootstrap peer that cannot be reached as an error, and a cancelled search as none', async () => {
    const asker = await network.peer(watched({ timeout: 5_000 }), ['search']);
    const gone = await network.peer();
    const address = gone.address;
    await gone.stop();
    await asker.engine.bootstrap({ address });
    const span = await collector.span('bootstrap');
    assert.equal(span.status, ERROR);
    assert.deepEqual(
      [span.attributes['p2p.bootstrap.status'], span.attributes['p2p.bootstrap.peer_count']],
      ['error', 0],
    );
    assert.equal(typeof span.attributes['p2p.bootstrap.duration_ms'], 'number');

    await script(asker, () => new Promise((resolve) => setTimeout(resolve, 2_000)));
    const typing = new AbortController();
    const search = asker.engine.search({ text: 'ty' }, { signal: typing.signal });
    await eventually('the peer is asked', () => scripted[0]?.asked.length === 1);
    typing.abort();
    await assert.rejects(search, { name: 'AbortError' });
    const cancelled = await collector.span('search');
    assert.deepEqual([cancelled.status, cancelled.attributes['cancelled']], [0, true]);
    const asked = await collector.span('ask_peer');
    assert.deepEqual([asked.status, asked.attributes['cancelled']], [0, true]);
  });

  it('are not of what a caller chose not to sample', async () => {
    const peer = await network.peer(watched());
    await peer.engine.search({ text: 'quiet' }, { traceparent: `00-${TRACE}-${CALLER}-00` });
    await peer.engine.search({ text: 'loud' }, { traceparent: `00-${TRACE}-${CALLER}-01` });
    await collector.span('search');
    await peer.stop();
    assert.equal(collector.named('search').length, 1);
  });
});
