import { SpanStatusCode } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import { errorName, isAbort } from '../../shared/errors.ts';
import { SPAN_ATTRIBUTES } from './names.ts';
import type { Attributes, SpanName } from './names.ts';

/** How a span ended, in ggen's words. `not_found` and `canceled` are not failures. */
export type SpanOutcome = 'success' | 'partial' | 'not_found' | 'canceled' | 'timeout' | 'error';

/** A span as the code that runs in it sees it. */
export interface SpanHandle {
  set(attributes: Attributes): void;
  /** Record something that happened at one moment. */
  event(name: string, attributes: Attributes): void;
  /** Set the outcome where no thrown error shows it. */
  end(outcome: SpanOutcome, errorType?: string): void;
}

/** The span of code that runs while nothing is recorded. */
export const NO_SPAN: SpanHandle = { set: () => undefined, event: () => undefined, end: () => undefined };

/** Outcome of a query that found nothing: no peer had it, the caller canceled, or it timed out. */
export function notFoundOutcome(signal: AbortSignal): SpanOutcome {
  return signal.aborted ? outcomeOf(signal.reason) : 'not_found';
}

/** Error names are literals of this program. A longer text is not recorded, because it could hold anything. */
const ERROR_NAME_PATTERN = /^[A-Za-z][\w-]{0,63}$/;
const DEFAULT_ERROR_TYPES = { timeout: 'TimedOut', error: '_OTHER' } as const;

/** Outcome of work that threw this error. */
export function outcomeOf(error: unknown): SpanOutcome {
  if (isAbort(error)) return 'canceled';
  return ['TimeoutError', 'TimedOut'].includes(errorName(error)) ? 'timeout' : 'error';
}

/**
 * A span that is recorded. Of an error only the name is recorded (`error.type`): messages hold paths and users' texts.
 */
export class RecordedSpan implements SpanHandle {
  readonly #span: Span;
  readonly #name: SpanName;
  readonly #began = performance.now();
  #outcome: SpanOutcome = 'success';

  constructor(span: Span, name: SpanName) {
    this.#span = span;
    this.#name = name;
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  event(name: string, attributes: Attributes): void {
    this.#span.addEvent(name, attributes);
  }

  end(outcome: SpanOutcome, errorType?: string): void {
    this.#outcome = outcome;
    if (outcome === 'canceled') this.#span.setAttribute('canceled', true);
    if (outcome !== 'error' && outcome !== 'timeout') return;
    const type =
      errorType !== undefined && ERROR_NAME_PATTERN.test(errorType) ? errorType : DEFAULT_ERROR_TYPES[outcome];
    this.#span.setAttribute('error.type', type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: type });
  }

  recordError(error: unknown): void {
    const outcome = outcomeOf(error);
    this.end(outcome, outcome === 'timeout' ? 'TimedOut' : errorName(error));
  }

  close(): void {
    const attributeNames = SPAN_ATTRIBUTES[this.#name];
    if (attributeNames !== undefined) this.#span.setAttribute(attributeNames.duration, performance.now() - this.#began);
    if (attributeNames?.status !== undefined) this.#span.setAttribute(attributeNames.status, this.#outcome);
    this.#span.end();
  }
}
