import assert from 'node:assert/strict';
import { createCalls } from '../../../../../src/worker/engine/calls/pipeline.ts';
import type { CallTable } from '../../../../../src/worker/engine/calls/pipeline.ts';
import { Operations } from '../../../../../src/worker/engine/calls/operations.ts';
import { Telemetry } from '../../../../../src/worker/telemetry/telemetry.ts';

const log = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
const noGauge = (): readonly [] => [];

function createTelemetry(): Telemetry {
  return new Telemetry({
    version: '0.0.0-test',
    scheduler: { add: () => () => Promise.resolve() },
    log,
    environment: '',
    gauges: {
      p2p_connected_peers: noGauge,
      p2p_known_packages: noGauge,
      p2p_peer_reputation: noGauge,
      p2p_cache_size_bytes: noGauge,
    },
  });
}

/** Statuses of the operations that telemetry counted. */
function countedStatuses(telemetry: Telemetry): unknown[] {
  const counter = telemetry.metrics.snapshot().metrics.find(({ name }) => name === 'p2p_operations_total');
  return counter?.points.map(({ labels }) => labels) ?? [];
}

describe('the pipeline of calls', () => {
  // One row is enough: the pipeline treats all alike.
  const table = {
    stopSeeding: {
      form: { id: 'text' },
      idempotent: true,
      run: (received: string[], { id }: { readonly id: string }) => {
        if (id === 'fail') throw new Error('it failed');
        received.push(id);
      },
    },
  } as unknown as CallTable<string[]>;

  it('runs a valid request on the parts, and counts it', async () => {
    const received: string[] = [];
    const telemetry = createTelemetry();
    const calls = createCalls(table, received, { operations: new Operations(), telemetry });
    await calls.stopSeeding({ id: 'a/b' });
    assert.deepEqual(received, ['a/b']);
    assert.deepEqual(countedStatuses(telemetry), [{ operation: 'stop_seeding', status: 'ok' }]);
  });

  it('refuses an invalid request before anything runs', async () => {
    const received: string[] = [];
    const telemetry = createTelemetry();
    const calls = createCalls(table, received, { operations: new Operations(), telemetry });
    await assert.rejects(calls.stopSeeding({} as { id: string }), { name: 'InvalidRequest' });
    assert.deepEqual([received, countedStatuses(telemetry)], [[], []]);
  });

  it('rejects with what the row throws, and counts it as an error', async () => {
    const telemetry = createTelemetry();
    const calls = createCalls(table, [], { operations: new Operations(), telemetry });
    await assert.rejects(calls.stopSeeding({ id: 'fail' }), { message: 'it failed' });
    assert.deepEqual(countedStatuses(telemetry), [{ operation: 'stop_seeding', status: 'error' }]);
  });
});
