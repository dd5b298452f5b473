import type { EventName } from '../shared/events.ts';
import type { PlainError } from '../shared/errors.ts';
import { GgenError } from '../shared/errors.ts';
import { isPlainObject, plainData } from './plain-data.ts';

/**
 * Number of what the two sides say to each other: of this protocol and of the table of calls. Raised whenever one that does
 * not know of the change would misunderstand the other.
 */
export const RPC_VERSION = 2;

/** What the serving side tells of itself when a client connects. */
export interface ServerInfo {
  readonly rpc: number;
  /** Version of the program. */
  readonly version: string;
  readonly pid: number;
}

/** Answer to a call. Errors are values here, because thrown ones lose everything but name and message on the way. */
export type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: PlainError };

/**
 * What the serving side exposes through comlink. Arguments are unknown: they come from the far side and are checked.
 */
export interface Dispatch {
  /**
   * Answers with a `Greeting` once the engine is there, or with the reason why it is not. `rpc` is the client's `RPC_VERSION`:
   * one that differs is refused with VersionMismatch.
   */
  connect(rpc: unknown): Promise<Reply>;
  /**
   * `operation` is a number that the client has not in use: the name of this call in `cancel` and in progress. `traceparent`
   * is the caller's span, if it has one; what is no such text is passed over.
   */
  call(name: unknown, request: unknown, operation: unknown, traceparent?: unknown): Promise<Reply>;
  cancel(operation: unknown): void;
  /** `subscription` numbers the events that follow, so that those of an ended subscription can be told apart. */
  subscribe(event: unknown, subscription: unknown): Promise<Reply>;
  unsubscribe(event: unknown): void;
  /** Ask the serving side to stop what it hosts. */
  shutdown(): void;
  /** The client goes: all its calls are canceled, all its subscriptions end. */
  disconnect(): void;
}

export const DISPATCH_NAMES = Object.keys({
  connect: 0,
  call: 0,
  cancel: 0,
  subscribe: 0,
  unsubscribe: 0,
  shutdown: 0,
  disconnect: 0,
} satisfies Record<keyof Dispatch, 0>) as readonly (keyof Dispatch)[];

/** A message of the serving side that answers nothing. It travels on the same port as replies, in order with them. */
export type Notice =
  | { readonly notice: 'progress'; readonly operation: number; readonly progress: unknown }
  | { readonly notice: 'event'; readonly name: EventName; readonly subscription: number; readonly event: unknown };

export function isServerInfo(value: unknown): value is ServerInfo {
  return (
    isPlainObject(value) &&
    typeof value['rpc'] === 'number' &&
    typeof value['version'] === 'string' &&
    typeof value['pid'] === 'number'
  );
}

/** @throws GgenError VersionMismatch when two programs speak differently */
export function checkRpcVersion(clientVersion: unknown, version: string): void {
  if (clientVersion === RPC_VERSION) return;
  throw new GgenError(
    'VersionMismatch',
    `The node on this machine is run by ggen-p2p ${version}, which uses another version of the local protocol. Update both to the same version, or stop the other program.`,
    { details: { version, theirs: String(clientVersion), mine: String(RPC_VERSION) } },
  );
}

export function isNotice(message: unknown): message is Notice {
  return isPlainObject(message) && (message['notice'] === 'progress' || message['notice'] === 'event');
}

/** The reply as received, checked. @throws GgenError InvalidRequest when it is none */
export function parseReply(received: unknown): Reply {
  if (!isPlainObject(received)) return { ok: false, error: MALFORMED_REPLY_ERROR };
  if (received['ok'] === true) return { ok: true, value: plainData(received['value'], 'answer') };
  return { ok: false, error: parseError(received['error']) };
}

const MALFORMED_REPLY_ERROR: PlainError = {
  name: 'Internal',
  message: 'The engine sent an invalid answer.',
  details: {},
};

function parseError(received: unknown): PlainError {
  const error = plainData(received, 'error');
  return isPlainError(error) ? error : MALFORMED_REPLY_ERROR;
}

function isPlainError(value: unknown): value is PlainError {
  return (
    isPlainObject(value) &&
    typeof value['name'] === 'string' &&
    typeof value['message'] === 'string' &&
    isPlainObject(value['details']) &&
    (value['cause'] === undefined || isPlainError(value['cause']))
  );
}
