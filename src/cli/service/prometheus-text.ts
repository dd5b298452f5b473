import type { HistogramMetric, HistogramPoint, Metric } from '../../shared/model.ts';

/** Content type of the text. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string | number>>;

/**
 * Metrics in Prometheus' text form.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (text format, version 0.0.4).
 */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics.map((metric) => `${[...header(metric), ...samples(metric)].join('\n')}\n`).join('');
}

function header({ name, help, kind }: Metric): string[] {
  return [`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${kind}`];
}

function samples(metric: Metric): string[] {
  return metric.kind === 'histogram'
    ? metric.points.flatMap((point) => histogramSamples(metric, point))
    : metric.points.map(({ labels, value }) => sample(metric.name, labels, value));
}

/** Prometheus' buckets are cumulative, and the last one counts all values. */
function histogramSamples(
  { name, bounds }: HistogramMetric,
  { labels, buckets, count, sum }: HistogramPoint,
): string[] {
  let below = 0;
  const cumulative = bounds.map((bound, index) => {
    below += buckets[index] ?? 0;
    return sample(`${name}_bucket`, { ...labels, le: bound }, below);
  });
  return [
    ...cumulative,
    sample(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
    sample(`${name}_sum`, labels, sum),
    sample(`${name}_count`, labels, count),
  ];
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(String(text))}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** Infinities are written as Go writes them. */
function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
