import type { GgenErrorName } from '../errors.ts';

/** The request of a call that takes nothing: `{}`. */
export type Empty = Readonly<Record<string, never>>;

/**
 * One call of the engine, as types: what it takes, what it answers, what it reports on the way, and the errors that it
 * ends with besides `CommonError`.
 */
export interface Call<Request, Response, Progress = never, Errors extends GgenErrorName = never> {
  readonly request: Request;
  readonly response: Response;
  readonly progress: Progress;
  readonly errors: Errors;
}

/** Options of every call. */
export interface CallOptions<Progress> {
  /**
   * Cancels the call, which then rejects with an `AbortError`. Nothing of what it would have changed remains, unless
   * the call's description says otherwise; blocks that were fetched stay in the block store.
   */
  readonly signal?: AbortSignal | undefined;
  /** Receives the call's progress, in order and before the answer. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** The caller's span as W3C `traceparent`, the parent of the engine's spans; see `shared/traceparent.ts`. */
  readonly traceparent?: string | undefined;
}
