import assert from 'node:assert/strict';
import { metricsText } from '../../../src/cli/service/metrics.ts';
import { TestNetwork, waitForConnections } from '../helpers/peers.ts';

/** Lines of the text form: `name{labels} value`, comments left out. */
function samples(body: string): Map<string, number> {
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, series, value] = /^([a-z0-9_]+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
      assert.ok(series !== undefined && value !== undefined, `a sample: ${line}`);
      return [series, Number(value)];
    }),
  );
}

describe('the Prometheus text', () => {
  const network = new TestNetwork();
  after(() => network.close());

  it("is the engine's own snapshot: every metric, typed, with cumulative buckets", async () => {
    const [first, second] = await network.peers(2);
    await waitForConnections(first, [second]);
    await first.publish('printed', '1.0.0');
    const { type, body } = await metricsText(first.engine, '1.2.3', AbortSignal.timeout(10_000));
    assert.match(type, /^text\/plain; version=0\.0\.4/);
    const { metrics } = await first.engine.metrics({});
    for (const { name, kind } of metrics)
      assert.ok(body.includes(`# TYPE ${name} ${kind}\n`) || body.endsWith(`# TYPE ${name} ${kind}`), name);
    const all = samples(body);
    assert.equal(all.get('p2p_packages_published_total'), 1);
    assert.equal(all.get('p2p_connected_peers'), 1);
    assert.equal(all.get('p2p_operations_total{operation="publish",status="ok"}'), 1);
    assert.equal(all.get('ggen_p2p_build_info{version="1.2.3"}'), 1);
    const buckets = [...all].filter(([series]) =>
      series.startsWith('p2p_operation_duration_ms_bucket{operation="publish"'),
    );
    const values = buckets.map(([, value]) => value);
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
    );
    assert.equal(buckets.at(-1)?.[0], 'p2p_operation_duration_ms_bucket{operation="publish",le="+Inf"}');
    assert.equal(values.at(-1), all.get('p2p_operation_duration_ms_count{operation="publish"}'));
  });
});
