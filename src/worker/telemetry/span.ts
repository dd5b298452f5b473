import { SpanStatusCode } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import { errorName, isAbort } from '../../shared/errors.ts';
import { SPAN_ATTRIBUTES } from './names.ts';
import type { Attributes, SpanName } from './names.ts';

/** How something ended, in ggen's words; `not_found` and `canceled` are no failures. */
export type SpanOutcome = 'success' | 'partial' | 'not_found' | 'canceled' | 'timeout' | 'error';

/** What the work within a span may say of it. */
export interface SpanHandle {
  set(attributes: Attributes): void;
  /** Something that happened at one moment. */
  event(name: string, attributes: Attributes): void;
  /** How it ends, where that is not shown by an error that is thrown. */
  end(outcome: SpanOutcome, errorType?: string): void;
}

/** Nobody listens. */
export const NO_SPAN: SpanHandle = { set: () => undefined, event: () => undefined, end: () => undefined };

/** How a question ended that found nothing: nobody had it, nobody waited any more, or time was up. */
export function notFoundOutcome(signal: AbortSignal): SpanOutcome {
  return signal.aborted ? outcomeOf(signal.reason) : 'not_found';
}

/** Names of errors and faults are literals of ours; a whole sentence may hold anything. */
const ERROR_NAME_PATTERN = /^[A-Za-z][\w-]{0,63}$/;
const DEFAULT_ERROR_TYPES = { timeout: 'TimedOut', error: '_OTHER' } as const;

/** What an error thrown says of how something ended. */
export function outcomeOf(error: unknown): SpanOutcome {
  if (isAbort(error)) return 'canceled';
  return ['TimeoutError', 'TimedOut'].includes(errorName(error)) ? 'timeout' : 'error';
}

/**
 * A span that is recorded. Errors are told by their name only (`error.type`): messages hold paths and what users wrote.
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
