/**
 * Errors that users and callers can act on. Callers compare `name`, never the class: a name is a literal, which
 * survives minifying and the way between threads and processes.
 */

/** What an error has besides its message, as plain data: for callers, and for the texts that users read. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What went wrong. Which call ends with which of them is in `src/shared/api`. */
export type GgenErrorName =
  | 'InvalidRequest' // a value of the request is missing, of the wrong type or out of its range
  | 'NodeNotRunning' // the call needs the network, and the node is stopped
  | 'NodeStartFailed' // the node could not listen, or its key file cannot be read
  | 'DataDirInUse' // another process owns the data folder and does not answer
  | 'DataDirNotWritable' // the data folder cannot be created or written
  | 'DataDirNotPrivate' // another user may write into the folder of the engine's socket
  | 'UnsupportedRuntime' // this Node has no node:sqlite, or no full-text search in it
  | 'DatabaseTooNew' // a newer version of the program wrote the data folder
  | 'ManifestNotFound' // the project has no manifest
  | 'ManifestInvalid' // the manifest, or a file that it names, has an error
  | 'WorkspaceRoot' // the folder is the root of a workspace and no package itself
  | 'ProjectTooLarge' // the project has more files or bytes than a release may have
  | 'ProjectChanged' // a file changed or vanished while it was packed
  | 'PrivateNotAccepted' // the manifest says that the project is private, and that was not accepted
  | 'SecretsNotAccepted' // the draft has what looks like secrets, and not every one was accepted
  | 'ClockAhead' // the clock is so far ahead of peers that they would reject what is signed now
  | 'VersionExists' // the version was published before
  | 'DraftNotFound' // the draft expired, was published or was discarded
  | 'DraftOutdated' // the package changed since the draft was made
  | 'SignatureInvalid' // the signature is not the publisher's
  | 'NotPublisher' // the package belongs to another publisher
  | 'RecordInvalid' // a record or a release's tree breaks the rules that every peer enforces
  | 'RecordTooLarge' // the package record would be larger than a peer accepts
  | 'PackageNotFound' // no package of this id is known here or to the peers asked
  | 'PackageAmbiguous' // several publishers have a package of this name
  | 'VersionNotFound' // the package has no release of this version
  | 'VersionYanked' // every release that matches is yanked
  | 'ContentUnavailable' // no reachable peer serves the content
  | 'LimitReached' // today's limit on transferred bytes is used up
  | 'ContentCorrupt' // a block does not match its hash
  | 'FileNotFound' // the release has no such file or folder
  | 'UnsafePath' // a path leads out of its folder, or is not valid on every system
  | 'TargetNotEmpty' // the target folder has something in it
  | 'TargetNotWritable' // the target cannot be written to
  | 'FilesChanged' // changed files of the user would be lost
  | 'NotInstalled' // no package is installed there, or the project does not list it
  | 'DependencyConflict' // no release satisfies every requirement for a package
  | 'DependencyMissing' // a required package or version is not known
  | 'LockInvalid' // ggen.lock is missing or cannot be read
  | 'LockMismatch' // ggen.lock names other content than the publisher signed
  | 'PlanOutdated' // the plan expired, or what it was made for changed
  | 'ArchiveInvalid' // the file is not a package archive, or it is damaged
  | 'DiskFull' // the disk of the data folder is full
  | 'QuotaExceeded' // what is pinned fills the quota of the block store
  | 'PeerNotFound' // no peer of this id is known
  | 'PeerUnreachable' // none of the bootstrap peers can be reached
  | 'InvalidAddress' // the text is not a multiaddr that can be used here
  | 'TimedOut' // the answer did not come in time
  | 'EngineStopped' // the engine was closed, or the connection to it
  | 'EngineUnavailable' // the engine could not be started or reached in time
  | 'VersionMismatch' // the owner of the data folder is of another version of the program
  | 'Interrupted' // the process that ran the engine ended during the call, which may or may not have been done
  | 'Internal'; // a fault of the program;

/** An error with one of the names above. */
export class GgenError extends Error {
  override readonly name: GgenErrorName;
  readonly details: ErrorDetails;

  constructor(name: GgenErrorName, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = name;
    this.details = options.details ?? {};
  }
}

/** An error as plain data, to cross between threads and processes. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly cause?: PlainError;
}

/** Causes of an error that cross with it. */
const MAX_CAUSES = 5;

/** Anything thrown, as plain data. */
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
 * The error's details, recognized by their form and not by its class: the worker is two bundles, each with a class of
 * its own. Values that are not plain data, as on errors of libraries, are left out.
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

/**
 * The error that `toPlainError` took apart. A cancel comes back as the DOMException `AbortError` that callers expect.
 */
export function fromPlainError(plain: PlainError): Error {
  const cause = plain.cause === undefined ? undefined : fromPlainError(plain.cause);
  if (plain.name === 'AbortError') return new DOMException(plain.message, 'AbortError');
  return new GgenError(plain.name as GgenErrorName, plain.message, { details: plain.details, cause });
}

/** Name of anything thrown, for comparing; empty for what is not an Error. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Whether this is a cancel and not a failure. */
export function isAbort(error: unknown): boolean {
  return errorName(error) === 'AbortError';
}

/** Message of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Anything thrown, as an Error: itself where it is one. */
export function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
