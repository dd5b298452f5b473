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

describe('the store of metrics', () => {
  it('tells every metric, also those of which nothing happened', () => {
    const names = metrics()
      .snapshot()
      .metrics.map(({ name }) => name);
    assert.deepEqual(names.toSorted(), Object.keys({ ...COUNTERS, ...HISTOGRAMS, ...GAUGES }).toSorted());
  });

  it('puts a value into the first bucket that holds it, bounds included, and leaves out what is no number', () => {
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

  it('counts by labels, and never keeps more series than it can bear', () => {
    const store = metrics();
    for (let index = 0; index < 500; index++)
      store.add('p2p_operations_total', { operation: `o${index}`, status: 'ok' });
    store.add('p2p_operations_total', { operation: 'o3', status: 'ok' });
    const points = store.snapshot().metrics.find(({ name }) => name === 'p2p_operations_total')?.points ?? [];
    assert.equal(points.length, 200);
    assert.deepEqual(points[3], { labels: { operation: 'o3', status: 'ok' }, value: 2 });
  });

  it('hands out snapshots that do not change any more', () => {
    const store = metrics(3);
    store.record('p2p_search_results', 1);
    const before = store.snapshot();
    const text = JSON.stringify(before);
    store.record('p2p_search_results', 1);
    assert.equal(JSON.stringify(before), text);
  });
});
