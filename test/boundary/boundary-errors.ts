import assert from 'node:assert/strict';
import type { Engine } from '../../src/shared/api/index.ts';
import type { GgenErrorName } from '../../src/shared/errors.ts';
import { GgenError } from '../../src/shared/errors.ts';
import { command } from './boundary-support.ts';
import { deepError } from './echo-engine.ts';

/** Every error name; the compiler checks that none is missing. */
const ERROR_NAMES = Object.keys({
  InvalidRequest: 0,
  NodeNotRunning: 0,
  NodeStartFailed: 0,
  DataDirInUse: 0,
  DataDirNotPrivate: 0,
  UnsupportedRuntime: 0,
  DatabaseTooNew: 0,
  ManifestNotFound: 0,
  ManifestInvalid: 0,
  WorkspaceRoot: 0,
  ProjectTooLarge: 0,
  ProjectChanged: 0,
  PrivateNotAccepted: 0,
  SecretsNotAccepted: 0,
  VersionExists: 0,
  DraftNotFound: 0,
  DraftOutdated: 0,
  SignatureInvalid: 0,
  NotPublisher: 0,
  RecordInvalid: 0,
  RecordTooLarge: 0,
  PackageNotFound: 0,
  PackageAmbiguous: 0,
  ClockAhead: 0,
  DataDirNotWritable: 0,
  VersionNotFound: 0,
  VersionYanked: 0,
  ContentUnavailable: 0,
  LimitReached: 0,
  ContentCorrupt: 0,
  FileNotFound: 0,
  UnsafePath: 0,
  TargetNotEmpty: 0,
  TargetNotWritable: 0,
  FilesChanged: 0,
  NotInstalled: 0,
  DependencyConflict: 0,
  DependencyMissing: 0,
  LockInvalid: 0,
  LockMismatch: 0,
  PlanOutdated: 0,
  ArchiveInvalid: 0,
  DiskFull: 0,
  QuotaExceeded: 0,
  PeerNotFound: 0,
  PeerUnreachable: 0,
  InvalidAddress: 0,
  TimedOut: 0,
  EngineStopped: 0,
  EngineUnavailable: 0,
  VersionMismatch: 0,
  Interrupted: 0,
  Internal: 0,
} satisfies Record<GgenErrorName, 0>) as readonly GgenErrorName[];

/** Errors keep their names, messages, details and causes. */
export function errorTests(engine: () => Engine): void {
  it('revives errors of every name, with details and causes', async () => {
    for (const name of ERROR_NAMES) {
      const error = await command(engine(), `fail:${name}`).catch((caught: unknown) => caught);
      const expected = deepError(name);
      assert.ok(error instanceof GgenError);
      assert.equal(error.name, name);
      assert.equal(error.message, expected.message);
      assert.deepEqual(error.details, expected.details);
      const cause = error.cause;
      assert.ok(cause instanceof GgenError);
      assert.deepEqual([cause.name, cause.details], ['PeerUnreachable', { attempts: 3 }]);
      assert.ok(cause.cause instanceof Error);
      assert.deepEqual([cause.cause.name, cause.cause.message], ['TypeError', 'fetch failed']);
    }
  });

  it('reports an answer that is not plain data as an error of that call', async () => {
    await assert.rejects(command(engine(), 'foreign'), { name: 'InvalidRequest', message: /an instance of Map/ });
  });
}
