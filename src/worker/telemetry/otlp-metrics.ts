import { ValueType } from '@opentelemetry/api';
import type { HrTime } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { HistogramMetric, Metric, MetricsSnapshot, ScalarMetric } from '../../shared/model.ts';

/** OpenTelemetry's units, in UCUM. */
const UNITS = { ms: 'ms', bytes: 'By', 1: '1' } as const;

interface TimeRange {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/** A snapshot in the form of OpenTelemetry's SDK. The engine keeps its own metrics, so that all exports agree. */
export function resourceMetrics(
  { since, time, metrics }: MetricsSnapshot,
  resource: Resource,
  scope: { readonly name: string; readonly version: string },
): ResourceMetrics {
  const timeRange: TimeRange = { startTime: hrTime(since), endTime: hrTime(time) };
  const filled = metrics.filter(({ points }) => points.length > 0);
  return { resource, scopeMetrics: [{ scope, metrics: filled.map((metric) => metricData(metric, timeRange)) }] };
}

function metricData(metric: Metric, timeRange: TimeRange): MetricData {
  return metric.kind === 'histogram' ? histogramData(metric, timeRange) : scalarData(metric, timeRange);
}

function scalarData(metric: ScalarMetric, timeRange: TimeRange): MetricData {
  const dataPoints = metric.points.map(({ labels, value }) => ({ ...timeRange, attributes: { ...labels }, value }));
  const base = { ...common(metric), dataPoints };
  return metric.kind === 'gauge'
    ? { ...base, dataPointType: DataPointType.GAUGE }
    : { ...base, dataPointType: DataPointType.SUM, isMonotonic: true };
}

function histogramData(metric: HistogramMetric, timeRange: TimeRange): MetricData {
  const dataPoints = metric.points.map(({ labels, buckets, count, sum }) => ({
    ...timeRange,
    attributes: { ...labels },
    value: { buckets: { boundaries: [...metric.bounds], counts: [...buckets] }, count, sum },
  }));
  return { ...common(metric), dataPointType: DataPointType.HISTOGRAM, dataPoints };
}

function common({ name, help, unit }: Metric): Pick<MetricData, 'descriptor' | 'aggregationTemporality'> {
  return {
    descriptor: { name, description: help, unit: UNITS[unit], valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
}

function hrTime(milliseconds: number): HrTime {
  return [Math.floor(milliseconds / 1_000), (milliseconds % 1_000) * 1_000_000];
}
