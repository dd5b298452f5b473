// What the engine counted and measured, as plain data: what a Prometheus text or an OTLP export is printed from.

export type MetricUnit = 'ms' | 'bytes' | '1';

interface MetricBase {
  readonly name: string;
  readonly help: string;
  readonly unit: MetricUnit;
}

export interface MetricPoint {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface HistogramPoint {
  readonly labels: Readonly<Record<string, string>>;
  /** Values per bucket, not cumulative: up to and including each bound, and one bucket more for what is above all. */
  readonly buckets: readonly number[];
  readonly count: number;
  readonly sum: number;
}

/** Counters only grow while the engine lives; gauges are as of the moment of the snapshot. */
export interface ScalarMetric extends MetricBase {
  readonly kind: 'counter' | 'gauge';
  readonly points: readonly MetricPoint[];
}

export interface HistogramMetric extends MetricBase {
  readonly kind: 'histogram';
  /** Ascending, inclusive. */
  readonly bounds: readonly number[];
  readonly points: readonly HistogramPoint[];
}

export type Metric = ScalarMetric | HistogramMetric;

export interface MetricsSnapshot {
  /** When counting began and when the snapshot was taken, in milliseconds since the epoch. */
  readonly since: number;
  readonly time: number;
  readonly metrics: readonly Metric[];
}
