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
  | 'DataDirNotPrivate' // another user may write into it
  | 'UnsupportedRuntime' // node:sqlite or FTS5 is missing
  | 'DatabaseTooNew'
  | 'ManifestNotFound'
  | 'ManifestInvalid'
  | 'ProjectTooLarge'
  | 'ProjectChanged' // a file changed or vanished while it was packed
  | 'SecretsNotAccepted' // the draft holds what looks like secrets, and nobody accepted them
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
  | 'LimitReached' // a limit on bytes per day that the user set
  | 'ContentCorrupt' // a block does not match its hash
  | 'FileNotFound' // the release has no such file or folder
  | 'UnsafePath'
  | 'TargetNotEmpty'
  | 'TargetNotWritable'
  | 'FilesChanged' // the user's changes would be lost
  | 'NotInstalled'
  | 'DependencyConflict' // no release suits everybody who wants a package
  | 'DependencyMissing'
  | 'LockInvalid' // ggen.lock is absent or cannot be read
  | 'LockMismatch' // ggen.lock says another content than the publisher signed
  | 'PlanOutdated' // the plan is gone, or what it was made for changed
  | 'ArchiveInvalid' // a package file is damaged, or none
  | 'DiskFull' // the data folder's disk takes no more
  | 'QuotaExceeded' // what is pinned fills the space that blocks may take
  | 'PeerNotFound'
  | 'PeerUnreachable'
  | 'InvalidAddress'
  | 'TimedOut'
  | 'EngineStopped' // the worker or the connection to it is gone
  | 'EngineUnavailable' // it could not be started
  | 'VersionMismatch' // another version of the program runs the node
  | 'Interrupted' // the process that ran the engine ended while a call was under way
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
    details: detailsOf(error),
  };
  return error.cause === undefined || depth >= MAX_CAUSES
    ? plain
    : { ...plain, cause: toPlainError(error.cause, depth + 1) };
}

/**
 * Details by their form, not by the error's class: the worker is two bundles, and each has a class of its own. What is no plain
 * detail, as on errors of libraries, does not travel.
 */
function detailsOf(error: Error): ErrorDetails {
  const { details } = error as { details?: unknown };
  if (typeof details !== 'object' || details === null) return {};
  return Object.fromEntries(Object.entries(details).filter(([, value]) => isDetail(value)));
}

function isDetail(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((entry) => typeof entry === 'string');
  return ['string', 'number', 'boolean'].includes(typeof value);
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
