import type { GgenErrorName } from '../errors.ts';

export type Empty = Readonly<Record<string, never>>;

/** One call of the engine: what it takes, what it answers, what it reports on the way, and the errors it ends with. */
export interface Call<Request, Response, Progress = never, Errors extends GgenErrorName = never> {
  readonly request: Request;
  readonly response: Response;
  readonly progress: Progress;
  readonly errors: Errors;
}

export interface CallOptions<Progress> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** The caller's own span, as W3C `traceparent`, below which the engine's stand; see `shared/traceparent.ts`. */
  readonly traceparent?: string | undefined;
}
