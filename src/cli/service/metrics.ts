import type { Engine } from '../../shared/api/index.ts';
import type { Metric } from '../../shared/model.ts';
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from './prometheus-text.ts';

/** The engine's metrics and those of its process in Prometheus' text form. */
export async function metricsText(
  engine: Pick<Engine, 'status' | 'metrics'>,
  version: string,
  signal: AbortSignal,
): Promise<{ readonly type: string; readonly body: string }> {
  const [{ memory }, { metrics }] = await Promise.all([engine.status({}, { signal }), engine.metrics({}, { signal })]);
  return { type: PROMETHEUS_CONTENT_TYPE, body: prometheusText([...metrics, ...processMetrics(memory, version)]) };
}

function processMetrics(memory: number, version: string): Metric[] {
  return [
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory in bytes',
      unit: 'bytes',
      kind: 'gauge',
      points: [{ labels: {}, value: memory }],
    },
    {
      name: 'ggen_p2p_build_info',
      help: 'Program version',
      unit: '1',
      kind: 'gauge',
      points: [{ labels: { version }, value: 1 }],
    },
  ];
}
