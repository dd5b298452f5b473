import type { CallName, Calls } from '../../../shared/api/index.ts';
import type { CallObservation } from '../../telemetry/observe-call.ts';
import type { RequestForm } from './request-form.ts';

/** What a call gets besides its request. */
export interface RunOptions<Progress> {
  /** Fires when the caller cancels or the engine closes. */
  readonly signal: AbortSignal;
  /** Does nothing where the caller does not listen. */
  readonly onProgress: (progress: Progress) => void;
}

/** Everything that the engine knows of one call, typed by the contract. `Parts` are the parts of the engine that it uses. */
export interface CallRow<Name extends CallName, Parts> extends CallObservation<
  Calls[Name]['request'],
  Calls[Name]['response']
> {
  readonly form: RequestForm<Calls[Name]['request']>;
  /**
   * Whether the call may be repeated at the next owner when the owner ended before it answered: it only reads, or comes to
   * the same when it is done twice. Any other call fails with Interrupted then.
   */
  readonly idempotent: boolean;
  readonly run: (
    parts: Parts,
    request: Calls[Name]['request'],
    options: RunOptions<Calls[Name]['progress']>,
  ) => Promise<Calls[Name]['response']> | Calls[Name]['response'];
}

/** The rows of one subject of the contract: a call without a row does not compile. */
export type CallRows<Subject, Parts> = {
  readonly [Name in keyof Subject & CallName]: CallRow<Name, Parts>;
};
