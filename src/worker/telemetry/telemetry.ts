import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, Tracer } from '@opentelemetry/api';
import { errorMessage, toError } from '../../shared/errors.ts';
import type { TelemetryStatus } from '../../shared/model.ts';
import { parseOtlpEndpoint } from '../../shared/otlp-endpoint.ts';
import { parseTraceparent } from '../../shared/traceparent.ts';
import type { Logger } from '../logging/logger.ts';
import type { Scheduler } from '../maintenance/scheduler.ts';
import { Metrics } from './metrics.ts';
import type { ReadGauge } from './metrics.ts';
import type { GaugeName } from './instruments.ts';
import type { Attributes, NetworkEvent, SpanName } from './names.ts';
import type { Otlp } from './otlp.ts';
import { NO_SPAN, RecordedSpan } from './span.ts';
import type { SpanHandle } from './span.ts';

/** How often metrics are sent (OpenTelemetry's default). */
const METRICS_INTERVAL_MS = 60_000;
/** Characters of an export's error that are kept. */
const MAX_ERROR_LENGTH = 300;
/** How long closing waits for the last spans and metrics to be delivered. */
const CLOSE_TIMEOUT_MS = 700;

type Work<T> = (span: SpanHandle) => Promise<T>;

/** The span in which code runs. */
interface Frame {
  readonly context: Context;
  /** After its end, code that it started, such as a connection that it opened, starts traces of its own. */
  hasEnded: boolean;
}

export interface TelemetryOptions {
  readonly version: string;
  /** Reads the gauges at each snapshot. */
  readonly gauges: Readonly<Record<GaugeName, ReadGauge>>;
  readonly scheduler: Pick<Scheduler, 'add'>;
  readonly log: Logger;
  /** Endpoint when no setting names one; that of `OTEL_EXPORTER_OTLP_ENDPOINT` when absent. */
  readonly environment?: string | undefined;
}

/** Telemetry as the rooms of the engine use it: spans and metrics, recorded or not. */
export type Tracing = Pick<Telemetry, 'span' | 'event' | 'metrics'>;

/**
 * Spans and metrics of one engine (names in `names.ts` and `instruments.ts`). Metrics are always kept. Spans cost nothing
 * until an endpoint is set, which also loads OpenTelemetry's SDK and exporters. Nothing is global, because several engines
 * can run in one process.
 */
export class Telemetry {
  readonly metrics: Metrics;
  readonly #options: TelemetryOptions;
  readonly #active = new AsyncLocalStorage<Frame>();
  #otlp: Otlp | undefined;
  #export: Omit<TelemetryStatus, 'endpoint'> = {};
  /** An endpoint to which nothing can be sent at all. */
  #unusable: TelemetryStatus | undefined;
  #stopTask: () => Promise<void> = () => Promise.resolve();
  #pendingSwitch: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: TelemetryOptions) {
    this.#options = options;
    this.metrics = new Metrics(options.gauges);
  }

  /** Run work in a span, whose parent is the current one. An error that it throws ends the span and reaches the caller. */
  span<T>(name: SpanName, attributes: Attributes, work: Work<T>): Promise<T> {
    const tracer = this.#otlp?.tracer;
    if (tracer === undefined) return name === 'query_dht' ? this.#timed(work) : work(NO_SPAN);
    const recorded = (): Promise<T> => this.#record(tracer, name, attributes, this.#parent(), work);
    return name === 'query_dht' ? this.#timed(recorded) : recorded();
  }

  /** Handle a network event: it is counted, and has a span without a parent, because no call caused it. */
  event<T>(type: NetworkEvent, attributes: Attributes, work: (span: SpanHandle) => T): T {
    this.metrics.add('p2p_events_total', { type });
    const tracer = this.#otlp?.tracer;
    if (tracer === undefined) return work(NO_SPAN);
    return this.#record(tracer, `handle_${type}_event`, attributes, ROOT_CONTEXT, work);
  }

  /** Run work for a caller that can have a span of its own (`traceparent`). An invalid one is ignored. */
  withParent<T>(traceparent: string | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#otlp === undefined || traceparent === undefined) return work();
    const parent = parseTraceparent(traceparent);
    if (parent === undefined) return work();
    const context = trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
    return this.#active.run({ context, hasEnded: false }, work);
  }

  /**
   * Send to this endpoint from now on: a base URL of OTLP over HTTP, without `/v1/traces`. When it is empty or absent, the
   * environment's endpoint is used; without that, nothing is sent.
   *
   * @throws GgenError InvalidRequest when the URL is invalid
   */
  async setEndpoint(setting: string | undefined): Promise<void> {
    const endpoint = setting === undefined || setting === '' ? this.#environmentEndpoint() : parseOtlpEndpoint(setting);
    this.#pendingSwitch = this.#pendingSwitch.then(() => this.#switchTo(endpoint));
    await this.#pendingSwitch;
  }

  /** Where spans and metrics are sent, and what came of it; undefined when nowhere. */
  status(): TelemetryStatus | undefined {
    const endpoint = this.#otlp?.endpoint;
    return endpoint === undefined ? this.#unusable : { endpoint, ...this.#export };
  }

  /** Deliver the remaining spans, within 0.7 s, and send nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pendingSwitch = this.#pendingSwitch.then(() => this.#disconnect());
    await this.#pendingSwitch;
  }

  #environmentEndpoint(): string | undefined {
    const { log, environment = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] } = this.#options;
    if (environment === undefined || environment.trim() === '') return undefined;
    try {
      return parseOtlpEndpoint(environment);
    } catch (error) {
      log.warn(`OTEL_EXPORTER_OTLP_ENDPOINT is ignored. ${errorMessage(error)}`);
      return undefined;
    }
  }

  async #switchTo(endpoint: string | undefined): Promise<void> {
    if (this.#otlp?.endpoint === endpoint) return;
    await this.#disconnect();
    this.#unusable = undefined;
    if (endpoint === undefined || this.#isClosed) return;
    const { log, version, scheduler } = this.#options;
    try {
      const { startOtlp } = await import('./otlp.ts');
      this.#export = {};
      const otlp = startOtlp({
        endpoint,
        version,
        log,
        snapshot: () => this.metrics.snapshot(),
        onExport: (error) => {
          this.#export = error === undefined ? { sentAt: Date.now() } : { ...this.#export, error: exportError(error) };
        },
      });
      this.#otlp = otlp;
      this.#stopTask = scheduler.add({
        name: 'metrics',
        title: 'Send metrics to the OpenTelemetry endpoint',
        intervalMs: METRICS_INTERVAL_MS,
        timeoutMs: METRICS_INTERVAL_MS,
        run: async () => {
          await otlp.sendMetrics();
          return undefined;
        },
      });
      log.info(`Sending traces and metrics to ${endpoint}`);
    } catch (error) {
      // Telemetry that fails must not break the engine.
      this.#unusable = { endpoint, error: exportError(toError(error)) };
      log.error(`Cannot send traces and metrics: ${errorMessage(error)}`);
    }
  }

  async #disconnect(): Promise<void> {
    const otlp = this.#otlp;
    if (otlp === undefined) return;
    this.#otlp = undefined;
    await Promise.all([this.#stopTask(), otlp.close(CLOSE_TIMEOUT_MS)]);
  }

  #parent(): Context {
    const frame = this.#active.getStore();
    return frame === undefined || frame.hasEnded ? ROOT_CONTEXT : frame.context;
  }

  /** Run synchronous or asynchronous work in a span that ends with it. */
  #record<T>(
    tracer: Tracer,
    name: SpanName,
    attributes: Attributes,
    parent: Context,
    work: (span: SpanHandle) => T,
  ): T {
    const span = tracer.startSpan(name, { attributes }, parent);
    const frame = { context: trace.setSpan(parent, span), hasEnded: false };
    const recorded = new RecordedSpan(span, name);
    const end = (): void => {
      frame.hasEnded = true;
      recorded.close();
    };
    return onSettled(
      () => this.#active.run(frame, work, recorded),
      end,
      (error) => {
        recorded.recordError(error);
        end();
      },
    );
  }

  async #timed<T>(work: Work<T>): Promise<T> {
    const startedAt = performance.now();
    this.metrics.add('p2p_dht_queries_total');
    try {
      return await work(NO_SPAN);
    } finally {
      this.metrics.record('p2p_dht_query_duration_ms', performance.now() - startedAt);
    }
  }
}

/** The reason in one line: an exporter's error may hold the whole answer of a server. */
function exportError(error: Error): string {
  const reason = errorMessage(error).split('\n', 1)[0]?.trim() ?? '';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return (reason === '' ? code : reason).slice(0, MAX_ERROR_LENGTH);
}

/** Run work, and call `onEnd` or `onError` when it has settled, before code that awaits it continues. */
function onSettled<T>(work: () => T, onEnd: () => void, onError: (error: unknown) => void): T {
  let result: T;
  try {
    result = work();
  } catch (error) {
    onError(error);
    throw error;
  }
  if (result instanceof Promise) result.then(onEnd, onError);
  else onEnd();
  return result;
}
