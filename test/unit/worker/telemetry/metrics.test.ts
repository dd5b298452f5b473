import assert from 'node:assert/strict';
import { Metrics } from '../../../../src/worker/telemetry/metrics.ts';
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../../../src/worker/telemetry/instruments.ts';

const metrics = (peers = 0): Metrics =>
  new Metrics({
    p2p_connected_peers: () => [{ labels: {}, value: peers }],
    p2p_known_packages: () => [],
    p2p_peer_reputation: () => [],
    p2p_cache_size_bytes: () => [],
  });

describe('the metrics registry', () => {
  it('includes every metric, also those without samples', () => {
    const names = metrics()
      .snapshot()
      .metrics.map(({ name }) => name);
    assert.deepEqual(names.toSorted(), Object.keys({ ...COUNTERS, ...HISTOGRAMS, ...GAUGES }).toSorted());
  });

  it('counts a value in the first matching bucket, bounds inclusive, and ignores NaN', () => {
    const store = metrics();
    for (const value of [0, 1, 1.5, 100, 101, 1e9, NaN, Infinity]) store.record('p2p_search_results', value);
    const found = store.snapshot().metrics.find(({ name }) => name === 'p2p_search_results');
    assert.ok(found?.kind === 'histogram');
    const bounds = [0, 1, 2, 5, 10, 20, 50, 100];
    assert.deepEqual(found.bounds, bounds);
    assert.deepEqual(found.points, [
      { labels: {}, buckets: [1, 1, 1, 0, 0, 0, 0, 1, 2], count: 6, sum: 0 + 1 + 1.5 + 100 + 101 + 1e9 },
    ]);
  });

  it('counts by labels, up to a maximum number of series', () => {
    const store = metrics();
    for (let index = 0; index < 500; index++)
      store.add('p2p_operations_total', { operation: `o${index}`, status: 'ok' });
    store.add('p2p_operations_total', { operation: 'o3', status: 'ok' });
    const points = store.snapshot().metrics.find(({ name }) => name === 'p2p_operations_total')?.points ?? [];
    assert.equal(points.length, 200);
    assert.deepEqual(points[3], { labels: { operation: 'o3', status: 'ok' }, value: 2 });
  });

  it('returns immutable snapshots', () => {
    const store = metrics(3);
    store.record('p2p_search_results', 1);
    const before = store.snapshot();
    const text = JSON.stringify(before);
    store.record('p2p_search_results', 1);
    assert.equal(JSON.stringify(before), text);
  });
});
