import { randomUUID } from 'node:crypto';
import type { Tracer } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { errorMessage } from '../../shared/errors.ts';
import type { MetricsSnapshot } from '../../shared/model.ts';
import { withTimeout } from '../../shared/async.ts';
import type { Logger } from '../logging/logger.ts';
import { otlpAgentOptions } from './otlp-agent.ts';
import { resourceMetrics } from './otlp-metrics.ts';

/** Loaded only when an endpoint is set. No other file imports OpenTelemetry's SDK or exporters. */

export interface OtlpOptions {
  /** Base URL, without a trailing slash. */
  readonly endpoint: string;
  readonly version: string;
  readonly log: Logger;
  readonly snapshot: () => MetricsSnapshot;
  /** Called after each delivery, with its error if it failed. */
  readonly onExport: (error: Error | undefined) => void;
}

export interface Otlp {
  readonly endpoint: string;
  readonly tracer: Tracer;
  /** Send the present metrics. Rejects when they cannot be delivered. */
  sendMetrics(): Promise<void>;
  /** Send the remaining spans, for at most this many milliseconds. */
  close(timeoutMs: number): Promise<void>;
}

/** How long spans are collected before a batch is sent. */
const EXPORT_DELAY_MS = 1_000;
/** Timeout of one delivery with all its retries, also of one that is running when the exporter closes. */
const EXPORT_TIMEOUT_MS = 2_000;
/** Spans that can wait for delivery; further ones are dropped. */
const MAX_QUEUED_SPANS = 4_096;
/** Longest attribute in characters, because callers choose package names. */
const MAX_ATTRIBUTE_LENGTH = 256;
const SCOPE = 'ggen-p2p';
const WARNING_INTERVAL_MS = 5 * 60_000;

/**
 * Send spans and metrics to an OTLP endpoint over HTTP, as JSON. Headers, certificates and compression come from
 * OTEL_EXPORTER_OTLP_*, the proxy from HTTPS_PROXY and the like.
 */
export function startOtlp({ endpoint, version, log, snapshot, onExport }: OtlpOptions): Otlp {
  const warn = exportWarnings(endpoint, log);
  const resource = resourceFromAttributes({
    'service.name': process.env['OTEL_SERVICE_NAME'] ?? SCOPE,
    'service.version': version,
    // One per opened engine, because several can run in one process.
    'service.instance.id': randomUUID(),
    'process.pid': process.pid,
  });
  const options = (signal: 'traces' | 'metrics') => ({
    url: `${endpoint}/v1/${signal}`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
    httpAgentOptions: otlpAgentOptions(signal === 'traces' ? 'TRACES' : 'METRICS'),
  });
  const processor = new BatchSpanProcessor({
    exporter: watched(new OTLPTraceExporter(options('traces')), (error) => {
      onExport(error);
      if (error !== undefined) warn(error);
    }),
    scheduledDelayMillis: EXPORT_DELAY_MS,
    exportTimeoutMillis: 2 * EXPORT_TIMEOUT_MS,
    maxQueueSize: MAX_QUEUED_SPANS,
  });
  const spanLimits = { attributeValueLengthLimit: MAX_ATTRIBUTE_LENGTH };
  const provider = new TracerProvider({ resource, spanLimits, spanProcessors: [processor] });
  const metrics = new OTLPMetricExporter(options('metrics'));
  const sendMetrics = async (): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    metrics.export(resourceMetrics(snapshot(), resource, { name: SCOPE, version }), ({ error }) => {
      onExport(error);
      if (error === undefined) resolve(undefined);
      else reject(error);
    });
    await promise;
  };
  return {
    endpoint,
    tracer: provider.getTracer(SCOPE, version),
    sendMetrics,
    close: async (timeoutMs) => {
      // The engine closes, so no caller can act on a failure.
      const ends = [provider.shutdown(), sendMetrics().finally(() => metrics.shutdown())];
      await withTimeout(timeoutMs, Promise.allSettled(ends));
    },
  };
}

/** Warns now and then when spans cannot be delivered: the SDK drops them silently. */
function exportWarnings(endpoint: string, log: Logger): (error: Error) => void {
  let nextWarningAt = 0;
  return (error) => {
    if (performance.now() < nextWarningAt) return;
    nextWarningAt = performance.now() + WARNING_INTERVAL_MS;
    log.warn(`Could not send traces to ${endpoint}: ${errorMessage(error)}`);
  };
}

/** The exporter, with what came of each delivery. */
function watched(exporter: SpanExporter, onExport: (error: Error | undefined) => void): SpanExporter {
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        onExport(result.error);
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
