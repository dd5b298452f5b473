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
import { resourceMetrics } from './otlp-metrics.ts';

/** Loaded only when an endpoint is set. No other file imports OpenTelemetry's SDK or exporters. */

export interface OtlpOptions {
  /** Base URL, without a trailing slash. */
  readonly endpoint: string;
  readonly version: string;
  readonly log: Logger;
  readonly snapshot: () => MetricsSnapshot;
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

/** Send spans and metrics to an OTLP endpoint over HTTP, as JSON. Headers, certificates and compression come from OTEL_EXPORTER_OTLP_*. */
export function startOtlp({ endpoint, version, log, snapshot }: OtlpOptions): Otlp {
  const resource = resourceFromAttributes({
    'service.name': process.env['OTEL_SERVICE_NAME'] ?? SCOPE,
    'service.version': version,
    // One per opened engine, because several can run in one process.
    'service.instance.id': randomUUID(),
    'process.pid': process.pid,
  });
  const options = (signal: string): { url: string; timeoutMillis: number } => ({
    url: `${endpoint}/v1/${signal}`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const processor = new BatchSpanProcessor({
    exporter: withExportWarnings(new OTLPTraceExporter(options('traces')), endpoint, log),
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

/** The exporter with a warning now and then when spans cannot be delivered: the SDK drops them silently. */
function withExportWarnings(exporter: SpanExporter, endpoint: string, log: Logger): SpanExporter {
  let nextWarningAt = 0;
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        if (result.error !== undefined && performance.now() >= nextWarningAt) {
          nextWarningAt = performance.now() + WARNING_INTERVAL_MS;
          log.warn(`Could not send traces to ${endpoint}: ${errorMessage(result.error)}`);
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
