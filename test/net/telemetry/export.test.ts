import assert from 'node:assert/strict';
import { Collector } from '../helpers/collector.ts';
import { TestNetwork, waitForConnections, eventually, waitForMesh } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { DEFAULT_NODE_SETTINGS } from '../../../src/shared/settings/node-settings.ts';
import type { Metric, MetricsSnapshot } from '../../../src/shared/model.ts';

const settings = { ...DEFAULT_NODE_SETTINGS, listen: ['/ip4/127.0.0.1/tcp/0'] };

function find(snapshot: MetricsSnapshot, name: string): Metric {
  const metric = snapshot.metrics.find((one) => one.name === name);
  assert.ok(metric !== undefined, `there is ${name}`);
  return metric;
}

/** Value of the series with these labels; 0 when it does not exist. */
function value(snapshot: MetricsSnapshot, name: string, labels: Readonly<Record<string, string>> = {}): number {
  for (const point of find(snapshot, name).points) {
    if (Object.entries(labels).every(([key, text]) => point.labels[key] === text)) {
      return 'value' in point ? point.value : point.count;
    }
  }
  return 0;
}

describe('engine metrics', () => {
  let network: TestNetwork;
  let collector: Collector;
  beforeEach(async () => {
    network = new TestNetwork();
    collector = await Collector.start();
  });
  afterEach(async () => {
    await network.close();
    await collector.close();
  });

  it('are available as a snapshot, with or without tracing', async () => {
    const [first, second] = await network.peers(2);
    await waitForMesh(first, 1);
    const receipt = await first.publish('counted', '1.0.0');
    await eventually(
      'it was announced',
      async () => (await second.engine.search({ text: 'counted', scope: 'local' })).packages.length === 1,
    );
    await second.engine.search({ text: 'counted' });
    await assert.rejects(second.engine.getPackage({ id: `${first.key.id}/absent` }), { name: 'PackageNotFound' });

    const mine = await first.engine.metrics({});
    assert.equal(value(mine, 'p2p_packages_published_total'), 1);
    assert.equal(value(mine, 'p2p_announcements_total'), receipt.announcedTo > 0 ? 1 : 0);
    assert.equal(value(mine, 'p2p_operations_total', { operation: 'publish', status: 'ok' }), 1);
    assert.equal(value(mine, 'p2p_operation_duration_ms', { operation: 'publish' }), 1);
    assert.equal(value(mine, 'p2p_connected_peers'), 1);
    assert.equal(value(mine, 'p2p_known_packages', { section: 'published' }), 1);
    assert.ok(value(mine, 'p2p_cache_size_bytes') > 0);
    assert.ok(value(mine, 'p2p_events_total', { type: 'identify' }) >= 1);

    const theirs = await second.engine.metrics({});
    assert.ok(value(theirs, 'p2p_searches_total', { cache_hit: 'true' }) >= 1);
    assert.equal(value(theirs, 'p2p_searches_total', { cache_hit: 'false' }), 1);
    assert.equal(value(theirs, 'p2p_operations_total', { operation: 'get_package', status: 'error' }), 1);
    assert.ok(value(theirs, 'p2p_dht_queries_total') >= 1);
    assert.equal(value(theirs, 'p2p_dht_query_duration_ms'), value(theirs, 'p2p_dht_queries_total'));
    assert.equal(value(theirs, 'p2p_known_packages', { section: 'network' }), 1);
    const reputation = value(theirs, 'p2p_peer_reputation', { peer: first.id });
    assert.ok(reputation > 0 && reputation <= 1);
    const results = find(theirs, 'p2p_search_results');
    assert.ok(results.kind === 'histogram');
    for (const { buckets, count } of results.points) {
      assert.equal(buckets.length, results.bounds.length + 1);
      assert.equal(
        buckets.reduce((sum, some) => sum + some, 0),
        count,
      );
    }
    // The publisher also stores a record at the other peer through the DHT, which may be faster than the announcement.
    let published = 0;
    await eventually('an announcement that is faster than the DHT', async () => {
      await first.publish(`announced-${published++}`, '1.0.0');
      return value(await second.engine.metrics({}), 'p2p_gossipsub_propagation_ms') >= 1;
    });
    assert.ok(value(await second.engine.metrics({}), 'p2p_events_total', { type: 'gossipsub' }) >= 1);
  });

  it('reach a collector with the same values, at the latest when the engine closes', async () => {
    const peer = await network.peer({ otlpEndpoint: `${collector.url}/` });
    const other = await network.peer({ bootstrap: [peer.address] });
    await waitForConnections(peer, [other]);
    await peer.publish('sent', '1.0.0');
    const snapshot = await peer.engine.metrics({});
    await peer.stop();
    assert.deepEqual(new Set(collector.paths), new Set(['POST /v1/traces', 'POST /v1/metrics']));
    const filled = snapshot.metrics.filter(({ points }) => points.length > 0).map(({ name }) => name);
    const sent = collector.metrics.map(({ name }) => name);
    for (const name of filled.filter((one) => one !== 'p2p_peer_reputation')) assert.ok(sent.includes(name), name);
    const published = collector.metrics.find(({ name }) => name === 'p2p_packages_published_total')?.points[0];
    assert.deepEqual([published?.['kind'], published?.['asDouble']], ['sum', 1]);
    const duration = collector.metrics.find(({ name }) => name === 'p2p_operation_duration_ms');
    const publishing = duration?.points.find(
      ({ attributes }) => (attributes as Record<string, unknown>)['operation'] === 'publish',
    );
    assert.deepEqual([duration?.unit, publishing?.['kind'], publishing?.['count']], ['ms', 'histogram', 1]);
  });

  it('are exported only when an endpoint is set, and only to that endpoint', async () => {
    const peer: TestPeer = await network.peer();
    await peer.engine.search({ text: 'before', scope: 'local' });
    assert.ok(!(await peer.engine.status({})).tasks.some(({ name }) => name === 'metrics'));
    await peer.engine.startNode({ ...settings, otlpEndpoint: collector.url });
    assert.ok((await peer.engine.status({})).tasks.some(({ name }) => name === 'metrics'));
    await peer.engine.search({ text: 'within', scope: 'local' });
    await peer.engine.startNode(settings);
    await peer.engine.search({ text: 'after', scope: 'local' });
    await peer.stop();
    assert.equal(collector.named('search').length, 1);
  });

  it('tolerate an endpoint that refuses, which is logged once', async () => {
    collector.errorStatus = 403;
    const peer = await network.peer({ otlpEndpoint: collector.url });
    const lines: string[] = [];
    peer.engine.subscribe('log', ({ line }) => {
      if (line.level === 'warn' && line.scope === 'telemetry') lines.push(line.message);
    });
    for (let count = 0; count < 3; count++) await peer.engine.search({ text: '', scope: 'local' });
    await eventually('it is said', () => lines.length > 0);
    assert.match(lines[0] ?? '', /Could not send traces to http/);
    await peer.stop();
    assert.equal(lines.length, 1);
  });

  it('do not keep an engine from closing when the endpoint never answers', async () => {
    collector.isStalled = true;
    const peer = await network.peer({ otlpEndpoint: collector.url });
    await peer.engine.search({ text: '', scope: 'local' });
    await peer.stop();
    assert.ok(collector.waiting > 0, 'it is closed while the last delivery still hangs');
  });

  it('reject an invalid endpoint, naming the setting', async () => {
    const peer = await network.peer();
    for (const otlpEndpoint of [
      'collector',
      'ftp://127.0.0.1',
      'http://name:word@127.0.0.1:1',
      'http://127.0.0.1/?a=b',
    ]) {
      await assert.rejects(peer.engine.startNode({ ...settings, otlpEndpoint }), {
        name: 'InvalidRequest',
        details: { setting: 'otlpEndpoint' },
      });
    }
    assert.equal((await peer.engine.status({})).node.state, 'running');
  });
});
