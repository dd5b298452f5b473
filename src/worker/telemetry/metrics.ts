import type { HistogramMetric, HistogramPoint, Metric, MetricPoint, MetricsSnapshot } from '../../shared/model.ts';
import { COUNTERS, GAUGES, HISTOGRAMS } from './instruments.ts';
import type { CounterName, GaugeName, HistogramName, Labels } from './instruments.ts';

/** Label combinations that one metric keeps. All labels have few values; the limit bounds the memory if one had many. */
const MAX_SERIES = 200;

interface Series<Value> {
  readonly labels: Labels;
  value: Value;
}

interface Distribution {
  readonly buckets: number[];
  count: number;
  sum: number;
}

/** Reads the value of a gauge, at the moment of a snapshot. */
export type ReadGauge = () => readonly MetricPoint[];

/** The engine's one store of metrics. Everything that prints or exports them takes a snapshot. */
export class Metrics {
  readonly #since = Date.now();
  readonly #counters = new Map<CounterName, Map<string, Series<number>>>();
  readonly #histograms = new Map<HistogramName, Map<string, Series<Distribution>>>();
  readonly #gauges: Readonly<Record<GaugeName, ReadGauge>>;

  constructor(gauges: Readonly<Record<GaugeName, ReadGauge>>) {
    this.#gauges = gauges;
  }

  /** Increment a counter. */
  add(name: CounterName, labels: Labels = {}): void {
    const series = seriesOf(this.#counters, name, labels, () => 0);
    if (series !== undefined) series.value++;
  }

  /** Record a value in a histogram. Values that are not finite are ignored. */
  record(name: HistogramName, value: number, labels: Labels = {}): void {
    if (!Number.isFinite(value)) return;
    const { bounds } = HISTOGRAMS[name];
    const series = seriesOf(this.#histograms, name, labels, () => emptyDistribution(bounds.length));
    if (series === undefined) return;
    const above = bounds.findIndex((bound) => value <= bound);
    const bucket = above === -1 ? bounds.length : above;
    const { buckets } = series.value;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    series.value.count++;
    series.value.sum += value;
  }

  snapshot(): MetricsSnapshot {
    const metrics = [...this.#counterMetrics(), ...this.#histogramMetrics(), ...this.#gaugeMetrics()];
    return { since: this.#since, time: Date.now(), metrics };
  }

  #counterMetrics(): Metric[] {
    return entries(COUNTERS).map(([name, { help, unit }]) => {
      const points = [...(this.#counters.get(name)?.values() ?? [])].map(({ labels, value }) => ({ labels, value }));
      return { name, help, unit, kind: 'counter', points };
    });
  }

  #histogramMetrics(): HistogramMetric[] {
    return entries(HISTOGRAMS).map(([name, { help, unit, bounds }]) => {
      const points = [...(this.#histograms.get(name)?.values() ?? [])].map(pointOf);
      return { name, help, unit, kind: 'histogram', bounds, points };
    });
  }

  #gaugeMetrics(): Metric[] {
    return entries(GAUGES).map(([name, { help, unit }]) => {
      return { name, help, unit, kind: 'gauge', points: this.#gauges[name]() };
    });
  }
}

function pointOf({ labels, value: { buckets, count, sum } }: Series<Distribution>): HistogramPoint {
  return { labels, buckets: [...buckets], count, sum };
}

function emptyDistribution(boundCount: number): Distribution {
  return { buckets: new Array<number>(boundCount + 1).fill(0), count: 0, sum: 0 };
}

function seriesOf<Name, Value>(
  metrics: Map<Name, Map<string, Series<Value>>>,
  name: Name,
  labels: Labels,
  initial: () => Value,
): Series<Value> | undefined {
  const all = metrics.get(name) ?? new Map<string, Series<Value>>();
  metrics.set(name, all);
  const key = Object.values(labels).join('\0');
  const known = all.get(key);
  if (known !== undefined || all.size >= MAX_SERIES) return known;
  const series = { labels, value: initial() };
  all.set(key, series);
  return series;
}

function entries<Name extends string, Value>(table: Readonly<Record<Name, Value>>): [Name, Value][] {
  return Object.entries(table) as [Name, Value][];
}
