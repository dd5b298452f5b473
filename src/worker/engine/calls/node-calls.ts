import type { NodeCalls } from '../../../shared/api/index.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { engineStatus } from '../engine-status.ts';
import type { EngineStatusParts } from '../engine-status.ts';
import type { NodeLifecycle } from '../node-lifecycle.ts';
import type { CallRows } from './call-row.ts';
import { NODE_SETTINGS_FORM } from './node-settings-form.ts';

export interface NodeCallParts extends EngineStatusParts {
  readonly nodeLifecycle: EngineStatusParts['nodeLifecycle'] & Pick<NodeLifecycle, 'start' | 'stop'>;
  readonly telemetry: EngineStatusParts['telemetry'] & { readonly metrics: Pick<Metrics, 'snapshot'> };
}

export const nodeCalls: CallRows<NodeCalls, NodeCallParts> = {
  startNode: {
    form: NODE_SETTINGS_FORM,
    idempotent: true,
    run: ({ nodeLifecycle }, settings) => nodeLifecycle.start(settings),
  },
  stopNode: { form: {}, idempotent: true, run: ({ nodeLifecycle }) => nodeLifecycle.stop() },
  status: { form: {}, idempotent: true, run: (parts) => engineStatus(parts) },
  metrics: { form: {}, idempotent: true, run: ({ telemetry }) => telemetry.metrics.snapshot() },
};
