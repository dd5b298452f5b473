// What the engine counted and measured. Prometheus text and OTLP exports are made from these snapshots.

/** `1` is a plain number. */
export type MetricUnit = 'ms' | 'bytes' | '1';

interface MetricBase {
  readonly name: string;
  readonly help: string;
  readonly unit: MetricUnit;
}

/** One time series of a metric. */
export interface MetricPoint {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One time series of a histogram. */
export interface HistogramPoint {
  readonly labels: Readonly<Record<string, string>>;
  /** Values per bucket, not cumulative: one bucket up to and including each bound, and a last one above all bounds. */
  readonly buckets: readonly number[];
  readonly count: number;
  readonly sum: number;
}

/** A counter only grows while the engine is open; a gauge is a value at the time of the snapshot. */
export interface ScalarMetric extends MetricBase {
  readonly kind: 'counter' | 'gauge';
  readonly points: readonly MetricPoint[];
}

export interface HistogramMetric extends MetricBase {
  readonly kind: 'histogram';
  /** Upper bounds of the buckets, ascending, inclusive. */
  readonly bounds: readonly number[];
  readonly points: readonly HistogramPoint[];
}

export type Metric = ScalarMetric | HistogramMetric;

export interface MetricsSnapshot {
  /** When counting began. */
  readonly since: number;
  /** When the snapshot was taken. */
  readonly time: number;
  readonly metrics: readonly Metric[];
}
