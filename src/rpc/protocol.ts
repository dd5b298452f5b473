import type { CallTraits } from '../shared/call-traits.ts';
import type { EventName } from '../shared/events.ts';
import type { PlainError } from '../shared/errors.ts';
import { GgenError } from '../shared/errors.ts';
import { isPlainObject, plainData } from './plain-data.ts';

/**
 * Version of this protocol and of the calls. It is raised with each change that would make a side with the previous
 * version misunderstand the other.
 */
export const RPC_VERSION = 3;

/** The serving process, as a client learns it when it connects. */
export interface ServerInfo {
  readonly rpc: number;
  /** Version of the program. */
  readonly version: string;
  readonly pid: number;
  /** The calls of its engine. A client has no list of its own. */
  readonly calls: CallTraits;
}

/** Reply to a call. An error is a value, because comlink keeps only name and message of a thrown one. */
export type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: PlainError };

/**
 * The methods that the serving side exposes through comlink. Arguments come from the far side, so they are unknown and
 * checked.
 */
export interface Dispatch {
  /**
   * Replies with a `ServerInfo` when the engine is open, or with the error that prevented it. `rpc` is the client's
   * `RPC_VERSION`; another one is refused with VersionMismatch.
   */
  connect(rpc: unknown): Promise<Reply>;
  /**
   * `operation` is a number that the client does not use at the moment; it identifies this call in `cancel` and in
   * progress. `traceparent` is the caller's span, if there is one; an invalid one is ignored. A name that is not in
   * `ServerInfo.calls` is refused with InvalidRequest.
   */
  call(name: unknown, request: unknown, operation: unknown, traceparent?: unknown): Promise<Reply>;
  cancel(operation: unknown): void;
  /** `subscription` is a number that comes with each event, so that events of an ended subscription can be dropped. */
  subscribe(event: unknown, subscription: unknown): Promise<Reply>;
  unsubscribe(event: unknown): void;
  /** Ask the serving process to close the engine. */
  shutdown(): void;
  /** End the session: cancel the client's calls and end its subscriptions. */
  disconnect(): void;
}

/** Names of the methods of `Dispatch`, complete by the compiler. */
export const DISPATCH_NAMES = Object.keys({
  connect: 0,
  call: 0,
  cancel: 0,
  subscribe: 0,
  unsubscribe: 0,
  shutdown: 0,
  disconnect: 0,
} satisfies Record<keyof Dispatch, 0>) as readonly (keyof Dispatch)[];

/**
 * A message from the serving side that replies to nothing. It has the same port as replies and arrives in order with
 * them.
 */
export type Notice =
  | { readonly notice: 'progress'; readonly operation: number; readonly progress: unknown }
  | { readonly notice: 'event'; readonly name: EventName; readonly subscription: number; readonly event: unknown };

export function isServerInfo(value: unknown): value is ServerInfo {
  return (
    isPlainObject(value) &&
    typeof value['rpc'] === 'number' &&
    typeof value['version'] === 'string' &&
    typeof value['pid'] === 'number' &&
    isCallTraits(value['calls'])
  );
}

/** A call becomes a method of the client's engine, so its name must not be one that JavaScript treats specially. */
const CALL_NAME_PATTERN = /^(?!then$|constructor$)[a-z][A-Za-z]{0,63}$/;

function isCallTraits(value: unknown): value is CallTraits {
  return (
    isPlainObject(value) &&
    Object.entries(value).every(
      ([name, trait]) =>
        CALL_NAME_PATTERN.test(name) && isPlainObject(trait) && typeof trait['idempotent'] === 'boolean',
    )
  );
}

/** @throws GgenError VersionMismatch when the client has another version of the protocol */
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

/**
 * A received reply, checked. A malformed one becomes an `Internal` error.
 *
 * @throws GgenError InvalidRequest for data that is not plain
 */
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
