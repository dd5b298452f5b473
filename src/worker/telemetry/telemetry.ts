import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, Tracer } from '@opentelemetry/api';
import { errorMessage } from '../../shared/errors.ts';
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

/** How often metrics are sent (OpenTelemetry's own figure). */
const METRICS_INTERVAL_MS = 60_000;
/** Longest that the last spans and figures may take to be delivered. */
const CLOSE_TIMEOUT_MS = 700;

type Work<T> = (span: SpanHandle) => Promise<T>;

/** Where something that runs belongs in its trace. */
interface Frame {
  readonly context: Context;
  /** Its span ended: what still runs in its wake, such as a connection that it opened, begins traces of its own. */
  hasEnded: boolean;
}

export interface TelemetryOptions {
  readonly version: string;
  /** Reads the gauges; asked at each snapshot. */
  readonly gauges: Readonly<Record<GaugeName, ReadGauge>>;
  readonly scheduler: Pick<Scheduler, 'add'>;
  readonly log: Logger;
  /** Where to send when no setting names an endpoint; `OTEL_EXPORTER_OTLP_ENDPOINT` when left out. */
  readonly environment?: string | undefined;
}

/** What the rooms of the engine are given: spans and figures, whoever listens to them. */
export type Tracing = Pick<Telemetry, 'span' | 'event' | 'metrics'>;

/**
 * Spans and metrics of one engine (names in `names.ts` and `instruments.ts`). Metrics are always kept. Spans cost nothing
 * until an endpoint is set: only then OpenTelemetry's SDK and exporters are loaded. Nothing here is global, because several
 * engines may run in one process.
 */
export class Telemetry {
  readonly metrics: Metrics;
  readonly #options: TelemetryOptions;
  readonly #active = new AsyncLocalStorage<Frame>();
  #otlp: Otlp | undefined;
  #stopTask: () => Promise<void> = () => Promise.resolve();
  #pendingSwitch: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: TelemetryOptions) {
    this.#options = options;
    this.metrics = new Metrics(options.gauges);
  }

  /** Do some work in a span, below the span that it is called in. An error thrown is the span's, and the caller's. */
  span<T>(name: SpanName, attributes: Attributes, work: Work<T>): Promise<T> {
    const tracer = this.#otlp?.tracer;
    if (tracer === undefined) return name === 'query_dht' ? this.#timed(work) : work(NO_SPAN);
    const recorded = (): Promise<T> => this.#record(tracer, name, attributes, this.#parent(), work);
    return name === 'query_dht' ? this.#timed(recorded) : recorded();
  }

  /** Handle an event of the network: counted, and in a span that has no parent, since nothing here asked for it. */
  event<T>(type: NetworkEvent, attributes: Attributes, work: (span: SpanHandle) => T): T {
    this.metrics.add('p2p_events_total', { type });
    const tracer = this.#otlp?.tracer;
    if (tracer === undefined) return work(NO_SPAN);
    return this.#record(tracer, `handle_${type}_event`, attributes, ROOT_CONTEXT, work);
  }

  /** Do some work for a caller that may have a trace of its own (`traceparent`); what is none is passed over. */
  withParent<T>(traceparent: string | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#otlp === undefined || traceparent === undefined) return work();
    const parent = parseTraceparent(traceparent);
    if (parent === undefined) return work();
    const context = trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
    return this.#active.run({ context, hasEnded: false }, work);
  }

  /**
   * Send to this endpoint from now on: a base URL of OTLP over HTTP, without `/v1/traces`. Empty or left out: to the one of
   * the environment, else nowhere.
   *
   * @throws GgenError InvalidRequest when it is no such URL
   */
  async setEndpoint(setting: string | undefined): Promise<void> {
    const endpoint = setting === undefined || setting === '' ? this.#environmentEndpoint() : parseOtlpEndpoint(setting);
    this.#pendingSwitch = this.#pendingSwitch.then(() => this.#switchTo(endpoint));
    await this.#pendingSwitch;
  }

  /** Deliver what is left, within a bound, and send nothing more. */
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
    if (endpoint === undefined || this.#isClosed) return;
    const { log, version, scheduler } = this.#options;
    try {
      const { startOtlp } = await import('./otlp.ts');
      const otlp = startOtlp({ endpoint, version, log, snapshot: () => this.metrics.snapshot() });
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
      // Whoever watches must not break what is watched.
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

  /** Work that may be over at once or later, in a span that ends with it. */
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

/** Run the work and call `onEnd` or `onError` when it is over, before whoever waits for it goes on. */
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
