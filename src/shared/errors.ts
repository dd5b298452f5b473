/**
 * Errors that users and callers can act on. Callers test `name`, never the class: names are literals, so they survive
 * minifying and the way across the boundary.
 */

/** What an error may carry besides its message: plain data for the reader and for `errorText`. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export type GgenErrorName =
  | 'InvalidRequest' // a call's argument is not of its form
  | 'NodeNotRunning'
  | 'NodeStartFailed'
  | 'DataDirInUse' // another process owns the data folder
  | 'UnsupportedRuntime' // node:sqlite or FTS5 is missing
  | 'DatabaseTooNew'
  | 'ManifestNotFound'
  | 'ManifestInvalid'
  | 'ProjectTooLarge'
  | 'ProjectChanged' // a file changed or vanished while it was packed
  | 'VersionNotHigher'
  | 'DraftNotFound'
  | 'DraftOutdated' // the package moved on since the draft was made
  | 'SignatureInvalid'
  | 'NotPublisher'
  | 'RecordInvalid'
  | 'RecordTooLarge'
  | 'PackageNotFound'
  | 'PackageAmbiguous'
  | 'VersionNotFound'
  | 'VersionYanked'
  | 'ContentUnavailable' // nobody reachable serves it
  | 'ContentCorrupt' // a block does not match its hash
  | 'UnsafePath'
  | 'TargetNotEmpty'
  | 'TargetNotWritable'
  | 'PeerNotFound'
  | 'PeerUnreachable'
  | 'InvalidAddress'
  | 'TimedOut'
  | 'EngineStopped' // the worker or the connection to it is gone
  | 'EngineUnavailable' // it could not be started
  | 'Internal';

export class GgenError extends Error {
  override readonly name: GgenErrorName;
  readonly details: ErrorDetails;

  constructor(name: GgenErrorName, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = name;
    this.details = options.details ?? {};
  }
}

/** An error as it travels. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly cause?: PlainError;
}

/** Deepest chain of causes that is carried across the boundary. */
const MAX_CAUSES = 5;

export function toPlainError(error: unknown, depth = 0): PlainError {
  if (!(error instanceof Error)) return { name: 'Internal', message: String(error), details: {} };
  const plain = {
    name: error.name,
    message: error.message,
    details: error instanceof GgenError ? error.details : {},
  };
  return error.cause === undefined || depth >= MAX_CAUSES
    ? plain
    : { ...plain, cause: toPlainError(error.cause, depth + 1) };
}

/** The error again, by its literal name. Cancellation comes back as an `AbortError`, as callers expect of it. */
export function fromPlainError(plain: PlainError): Error {
  const cause = plain.cause === undefined ? undefined : fromPlainError(plain.cause);
  if (plain.name === 'AbortError') return new DOMException(plain.message, 'AbortError');
  return new GgenError(plain.name as GgenErrorName, plain.message, { details: plain.details, cause });
}

/** Name of anything thrown, for comparing. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

export function isAbort(error: unknown): boolean {
  return errorName(error) === 'AbortError';
}

/** Message of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
