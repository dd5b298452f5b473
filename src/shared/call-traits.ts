import type { CallName, Engine } from './api/index.ts';

/** What a caller needs to know of one call, besides its types, to pass it on. */
export interface CallTrait {
  /** Whether the call may be repeated when the engine ended before it answered. */
  readonly idempotent: boolean;
}

/** The calls that an engine has, by name. An engine in another process sends them when a client connects. */
export type CallTraits = Readonly<Record<string, CallTrait>>;

/** An engine that says which calls it has, so that it can be served and passed on without a second list of calls. */
export interface DescribedEngine extends Engine {
  readonly calls: CallTraits;
}

export function isCallOf(calls: CallTraits, name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name);
}

export function callNames(calls: CallTraits): readonly CallName[] {
  // The engine that sent them is made of a table that the contract types.
  return Object.keys(calls) as CallName[];
}
