// Errors that several calls end with, besides what each call names itself. Every name is a GgenErrorName.

/**
 * Errors that any call can end with.
 *
 * - `InvalidRequest`: the request is not of the call's form, or a value is out of its range.
 * - `EngineStopped`: the engine was closed before the call ended. `Interrupted`: the process that ran the engine ended,
 *   and the call, which is not repeated by itself, may or may not have been done.
 * - `DiskFull`: the disk of the data folder is full.
 * - `Internal`: a fault of the program.
 * - Every `OpenError`: the process that ran the engine ended, and no other engine could be opened in its place.
 */
export type CommonError = 'InvalidRequest' | 'EngineStopped' | 'Interrupted' | 'DiskFull' | 'Internal' | OpenError;

/**
 * Errors of opening an engine.
 *
 * - `DataDirInUse`: another process owns the data folder and does not answer.
 * - `DataDirNotWritable`: the data folder cannot be created or written.
 * - `DataDirNotPrivate`: another user may write into the folder of the engine's socket.
 * - `DatabaseTooNew`: a newer version of the program wrote the data folder.
 * - `UnsupportedRuntime`: Node has no SQLite with full-text search.
 * - `VersionMismatch`: the process that owns the data folder is of another version of the program.
 * - `EngineUnavailable`: the engine could not be started or reached in time.
 */
export type OpenError =
  | 'DataDirInUse'
  | 'DataDirNotWritable'
  | 'DataDirNotPrivate'
  | 'DatabaseTooNew'
  | 'UnsupportedRuntime'
  | 'VersionMismatch'
  | 'EngineUnavailable'
  | 'DiskFull';

/**
 * No package of this id is known here or to the peers asked, or a bare name is that of several publishers and none of
 * them is preferred; `details.candidates` has their full ids.
 */
export type PackageLookupError = 'PackageNotFound' | 'PackageAmbiguous';

/** As `PackageLookupError`, or the package has no release of this version. */
export type ReleaseLookupError = PackageLookupError | 'VersionNotFound';

/**
 * Errors of fetching content: no reachable peer serves it, the node stopped during the call, today's download limit is
 * reached, or the content is not a plain tree within the limits.
 */
export type FetchError = 'ContentUnavailable' | 'NodeNotRunning' | 'LimitReached' | 'RecordInvalid';

/**
 * Errors of reading what is installed: a block of it is damaged and could not be fetched again, or a path is not safe.
 */
export type InstalledContentError = FetchError | 'QuotaExceeded' | 'ContentCorrupt' | 'UnsafePath';

/**
 * Errors of writing into the user's folders. `FilesChanged` names in `details` the changed files that would be lost,
 * unless `overwrite` names them. Nothing was changed.
 */
export type WriteError =
  InstalledContentError | 'LockInvalid' | 'FilesChanged' | 'TargetNotEmpty' | 'TargetNotWritable';

/**
 * Errors of reading. `NodeNotRunning`: a block is not in the block store, and no node can fetch it. `FileNotFound`: the
 * release has no such file or folder.
 */
export type ReadError = ReleaseLookupError | FetchError | 'FileNotFound' | 'UnsafePath';
