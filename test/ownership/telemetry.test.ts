import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { connectEngine } from '../../src/rpc/client.ts';
import type { RemoteEngine } from '../../src/rpc/client.ts';
import { workerClosed, workerEndpoint } from '../../src/rpc/worker-endpoint.ts';
import { Collector } from '../net/helpers/collector.ts';
import { TestNetwork } from '../net/helpers/peers.ts';

interface Window {
  readonly engine: RemoteEngine;
  close(): Promise<void>;
}

/** The worker thread that a window starts, with a shared engine. */
async function openWindow(dataDir: string, endpoint?: string): Promise<Window> {
  const worker = new Worker(new URL('../../src/worker/main.ts', import.meta.url), {
    workerData: { dataDir, version: '0.0.0-test' },
    env: { ...process.env, ...(endpoint === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }) },
  });
  const exit = once(worker, 'exit');
  const engine = await connectEngine(workerEndpoint(worker), { closed: workerClosed(worker) });
  return {
    engine,
    close: async () => {
      engine.shutdown();
      await exit;
    },
  };
}

describe('a trace that starts in the caller', () => {
  let network: TestNetwork;
  let collector: Collector;
  let windows: Window[];
  beforeEach(async () => {
    network = new TestNetwork();
    collector = await Collector.start();
    windows = [];
  });
  afterEach(async () => {
    for (const window of windows) await window.close();
    await network.close();
    await collector.close();
  });

  it('continues across the worker boundary, and across the local socket of an attached window', async () => {
    const dataDir = await network.folder();
    const owner = await openWindow(dataDir, collector.url);
    windows.push(owner);
    const attached = await openWindow(dataDir);
    windows.unshift(attached);
    assert.equal((await attached.engine.status({})).owner?.self, false);

    const exporter = new OTLPTraceExporter({ url: `${collector.url}/v1/traces` });
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    const tracer = provider.getTracer('caller');
    for (const [name, { engine }] of [['from the owner', owner] as const, ['from another', attached] as const]) {
      const span = tracer.startSpan(name);
      const { traceId, spanId } = span.spanContext();
      await engine.search({ text: '', scope: 'local' }, { traceparent: `00-${traceId}-${spanId}-01` });
      span.end();
    }
    await provider.shutdown();
    trace.disable();

    for (const name of ['from the owner', 'from another']) {
      const caller = await collector.span(name);
      const search = await collector.span('search', ({ traceId }) => traceId === caller.traceId);
      assert.equal(search.parentSpanId, caller.spanId);
      assert.equal(search.attributes['cache_hit'], true);
    }
  });

  it('starts a new trace when it receives an invalid traceparent', async () => {
    const dataDir = await network.folder();
    const owner = await openWindow(dataDir, collector.url);
    windows.push(owner);
    const hostile = ['', '00', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, 'x'.repeat(1_000_000), 7, { a: 1 }];
    for (const traceparent of hostile) {
      await owner.engine.search({ text: '', scope: 'local' }, { traceparent: traceparent as string });
    }
    await owner.close();
    windows.pop();
    const searches = collector.named('search');
    assert.equal(searches.length, hostile.length, 'closing delivered what was gathered');
    assert.deepEqual(new Set(searches.map(({ parentSpanId }) => parentSpanId)), new Set(['']));
    assert.equal(new Set(searches.map(({ traceId }) => traceId)).size, hostile.length);
  });
});
