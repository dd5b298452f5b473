import { Gauge, Registry } from 'prom-client';
import type { Engine } from '../../shared/api/index.ts';
import type { HistogramMetric, HistogramPoint, Metric } from '../../shared/model.ts';

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** What the engine counted and measured, in Prometheus' text form, with what is known of its process. */
export async function metricsText(
  engine: Engine,
  version: string,
  signal: AbortSignal,
): Promise<{ readonly type: string; readonly body: string }> {
  const [status, { metrics }] = await Promise.all([engine.status({}, { signal }), engine.metrics({}, { signal })]);
  const registry = new Registry();
  for (const metric of metrics) register(registry, metric);
  const registers = [registry];
  new Gauge({ name: 'process_resident_memory_bytes', help: 'Resident memory in bytes', registers }).set(status.memory);
  new Gauge({ name: 'ggen_p2p_build_info', help: 'Program version', labelNames: ['version'], registers })
    .labels(version)
    .set(1);
  return { type: registry.contentType, body: await registry.metrics() };
}

/**
 * The client's own classes count for themselves and cannot take figures that were counted elsewhere; its registry prints
 * whatever has a name and answers `get`, which its types do not say.
 */
function register(registry: Registry, metric: Metric): void {
  const { name, help, kind: type } = metric;
  const values =
    metric.kind === 'histogram' ? metric.points.flatMap((point) => buckets(metric, point)) : scalars(metric);
  const printed = { name, help, type, get: () => Promise.resolve({ name, help, type, values, aggregator: 'sum' }) };
  registry.registerMetric(printed as unknown as Gauge);
}

function scalars({ name, points }: Exclude<Metric, HistogramMetric>): Sample[] {
  return points.map(({ labels, value }) => ({ metricName: name, labels, value }));
}

/** Prometheus' buckets are cumulative, and the last one holds everything. */
function buckets({ name, bounds }: HistogramMetric, { labels, buckets: counts, count, sum }: HistogramPoint): Sample[] {
  let below = 0;
  const cumulative = bounds.map((bound, index) => {
    below += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: below };
  });
  return [
    ...cumulative,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
