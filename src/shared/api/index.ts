import type { EngineEvents } from '../events.ts';
import type { AuthoringCalls } from './authoring.ts';
import type { CommonError } from './call-errors.ts';
import type { CallOptions } from './call.ts';
import type { InstallCalls } from './install.ts';
import type { NodeCalls } from './node.ts';
import type { PeerCalls } from './peers.ts';
import type { PublisherCalls } from './publishers.ts';
import type { ReadingCalls } from './reading.ts';
import type { RegistryCalls } from './registry.ts';
import type { StorageCalls } from './storage.ts';

export type * from './authoring.ts';
export type * from './call-errors.ts';
export type * from './call.ts';
export type * from './install.ts';
export type * from './node.ts';
export type * from './peers.ts';
export type * from './publishers.ts';
export type * from './reading.ts';
export type * from './registry.ts';
export type * from './storage.ts';

/**
 * Every call of the engine. This table types the engine in this process, the remote one, the call table behind them and
 * the samples of the boundary tests. A call takes one plain object and answers with plain data, so that it can cross a
 * thread or a socket.
 */
export interface Calls
  extends
    NodeCalls,
    PeerCalls,
    PublisherCalls,
    RegistryCalls,
    AuthoringCalls,
    ReadingCalls,
    InstallCalls,
    StorageCalls {}

export type CallName = keyof Calls;

/** Names of the errors that a call ends with; without a name, those of any call. */
export type CallError<Name extends CallName = CallName> = Calls[Name]['errors'] | CommonError;

/** The methods of the engine: the same in this process, across a thread and across a socket. */
export type EngineCalls = {
  readonly [Name in CallName]: (
    request: Calls[Name]['request'],
    options?: CallOptions<Calls[Name]['progress']>,
  ) => Promise<Calls[Name]['response']>;
};

/** The engine as its callers see it, in the extension, the command line and the tests. */
export interface Engine extends EngineCalls {
  /**
   * Subscribe to one kind of event. The newest snapshot, where there is one, is delivered first, then each later one in
   * order. Returns the function that ends the subscription.
   */
  subscribe<Name extends keyof EngineEvents>(name: Name, listener: (event: EngineEvents[Name]) => void): () => void;
}
