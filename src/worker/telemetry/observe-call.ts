import { isAbort } from '../../shared/errors.ts';
import type { Metrics } from './metrics.ts';
import type { Attributes, SpanName } from './names.ts';
import { NO_SPAN } from './span.ts';
import type { SpanHandle, SpanOutcome } from './span.ts';
import type { Telemetry } from './telemetry.ts';

/** The span of a call. */
export interface CallSpan<Request, Response> {
  readonly name: SpanName;
  readonly requestAttributes?: (request: Request) => Attributes;
  readonly responseAttributes?: (response: Response) => Attributes;
  /** How the call ended, where a response can say that it failed. */
  readonly outcome?: (response: Response) => SpanOutcome;
}

/** What traces and metrics show of a call besides its count and its duration. */
export interface CallObservation<Request, Response> {
  /** Absent for a call that only reads local data: it is counted and timed, and not shown in traces. */
  readonly span?: CallSpan<Request, Response>;
  /** Metrics that are taken from a response. */
  readonly measure?: (response: Response, metrics: Metrics) => void;
}

/** A call that is about to run. */
export interface ObservedCall<Request, Response> {
  /** As `operationOf` the call's name. */
  readonly operation: string;
  readonly request: Request;
  /** The span of the caller, if it has one, as W3C `traceparent`. */
  readonly traceparent: string | undefined;
  readonly run: () => Promise<Response>;
}

/** Run a call: counted and timed, and in its span below the caller's, if it has one. */
export function observeCall<Request, Response>(
  telemetry: Telemetry,
  { span, measure }: CallObservation<Request, Response>,
  call: ObservedCall<Request, Response>,
): Promise<Response> {
  const run = (): Promise<Response> => measured(telemetry.metrics, measure, call);
  return telemetry.withParent(call.traceparent, () =>
    span === undefined
      ? run()
      : telemetry.span(span.name, {}, (handle) =>
          handle === NO_SPAN ? run() : withAttributes(run, call.request, span, handle),
        ),
  );
}

async function withAttributes<Request, Response>(
  run: () => Promise<Response>,
  request: Request,
  { requestAttributes, responseAttributes, outcome }: CallSpan<Request, Response>,
  span: SpanHandle,
): Promise<Response> {
  if (requestAttributes !== undefined) span.set(requestAttributes(request));
  const response = await run();
  if (responseAttributes !== undefined) span.set(responseAttributes(response));
  if (outcome !== undefined) span.end(outcome(response));
  return response;
}

async function measured<Request, Response>(
  metrics: Metrics,
  measure: CallObservation<Request, Response>['measure'],
  { operation, run }: ObservedCall<Request, Response>,
): Promise<Response> {
  const startedAt = performance.now();
  let status = 'error';
  try {
    const response = await run();
    status = 'ok';
    measure?.(response, metrics);
    return response;
  } catch (error) {
    if (isAbort(error)) status = 'canceled';
    throw error;
  } finally {
    metrics.add('p2p_operations_total', { operation, status });
    metrics.record('p2p_operation_duration_ms', performance.now() - startedAt, { operation });
  }
}

/** A call's name as ggen writes operations: `getPackage` is `get_package`. */
export function operationOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
