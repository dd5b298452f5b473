import type { CallError } from '../../shared/api/index.ts';
import { errorMessage, errorName, isAbort } from '../../shared/errors.ts';
import { CommandError } from './command-error.ts';

/** Exit codes, as docs/cli.md documents them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  network: 4,
  refused: 5,
  noNode: 6,
} as const;

interface ErrorOutcome {
  readonly code: number;
  /** What to do next, where the message does not say it. */
  readonly next?: string;
}

/** Errors that the command line throws itself. */
type CliError = 'PeerUnreachable' | 'TimedOut';

/** Exit code of each error, complete by the compiler: an error that a call may end with needs a row. */
const ERROR_OUTCOMES: Readonly<Record<CallError | CliError, ErrorOutcome>> = {
  InvalidRequest: { code: EXIT.usage },
  InvalidAddress: { code: EXIT.usage },
  ManifestNotFound: {
    code: EXIT.notFound,
    next: 'Name the folder of a project that has a gpack.toml, package.toml, pack.toml, package.json, Cargo.toml or pyproject.toml.',
  },
  PackageNotFound: {
    code: EXIT.notFound,
    next: "Look for it with 'ggen-p2p search', or join a peer that knows it: --bootstrap ADDR.",
  },
  PackageAmbiguous: { code: EXIT.notFound, next: 'Write the publisher before the name: publisher/name.' },
  VersionNotFound: { code: EXIT.notFound, next: 'Name another version or range, or none for the newest one.' },
  PeerNotFound: { code: EXIT.notFound, next: "'ggen-p2p peer-list' shows the peers that are known." },
  PeerUnreachable: {
    code: EXIT.network,
    next: "Compare the address with what 'ggen-p2p status' prints on that machine; 'ggen-p2p doctor' checks this one.",
  },
  ContentUnavailable: {
    code: EXIT.network,
    next: "Try again when a peer that serves it runs, or join one: --bootstrap ADDR. 'ggen-p2p peer-list' shows who is connected.",
  },
  TimedOut: { code: EXIT.network, next: 'Give it more time with --timeout SECONDS.' },
  NodeNotRunning: { code: EXIT.noNode, next: "Start it with 'ggen-p2p start --daemon'." },
  ContentCorrupt: { code: EXIT.refused },
  SignatureInvalid: { code: EXIT.refused },
  RecordInvalid: { code: EXIT.refused },
  UnsafePath: { code: EXIT.refused },
  NotPublisher: {
    code: EXIT.refused,
    next: "'ggen-p2p key show' tells which publisher this key is; 'ggen-p2p key import FILE' brings another one.",
  },
  VersionYanked: { code: EXIT.refused, next: 'Name another version, or this one exactly: ID@VERSION.' },
  SecretsNotAccepted: {
    code: EXIT.refused,
    next: 'Remove each, or accept it by its fingerprint: --accept-secret FINGERPRINT.',
  },
  VersionNotHigher: { code: EXIT.refused, next: 'Raise the version in the manifest.' },
  FilesChanged: { code: EXIT.refused, next: 'Give up the changes with --overwrite PATH, or move the files away.' },
  LockMismatch: { code: EXIT.refused },
  ArchiveInvalid: { code: EXIT.refused },
  NotInstalled: {
    code: EXIT.notFound,
    next: "Without operands, 'ggen-p2p verify' goes through all that is installed on this machine.",
  },
  DependencyMissing: { code: EXIT.notFound },
  DependencyConflict: { code: EXIT.refused },
  ManifestInvalid: { code: EXIT.refused, next: 'Correct the manifest, then publish again.' },
  DataDirInUse: {
    code: EXIT.noNode,
    next: 'The process that has it does not answer: end it, or let it go on where it is suspended. Or choose another folder: --data DIR.',
  },
  DataDirNotPrivate: { code: EXIT.noNode },
  DatabaseTooNew: {
    code: EXIT.noNode,
    next: 'Use the newest version of the program that you have on this machine, or choose another folder: --data DIR.',
  },
  VersionMismatch: {
    code: EXIT.noNode,
    next: 'Use the same version of the program on both sides, or end the running one.',
  },
  EngineStopped: { code: EXIT.noNode, next: 'Try again.' },
  EngineUnavailable: { code: EXIT.noNode, next: "'ggen-p2p doctor' looks for the cause." },
  UnsupportedRuntime: { code: EXIT.failed, next: 'Install Node 24 from https://nodejs.org.' },
  TargetNotEmpty: { code: EXIT.failed, next: 'Choose another folder with --to DIR.' },
  NodeStartFailed: { code: EXIT.failed },
  ProjectTooLarge: { code: EXIT.failed },
  ProjectChanged: { code: EXIT.failed },
  DraftNotFound: { code: EXIT.failed },
  DraftOutdated: { code: EXIT.failed },
  RecordTooLarge: { code: EXIT.failed },
  LimitReached: { code: EXIT.failed },
  FileNotFound: { code: EXIT.failed },
  TargetNotWritable: { code: EXIT.failed },
  LockInvalid: { code: EXIT.failed },
  PlanOutdated: { code: EXIT.failed },
  DiskFull: { code: EXIT.failed },
  QuotaExceeded: { code: EXIT.failed },
  Interrupted: { code: EXIT.failed },
  Internal: { code: EXIT.failed },
};

export interface CommandFailure extends ErrorOutcome {
  readonly name: string;
  readonly message: string;
}

/** What an error means to whoever called the command. `interrupted`: the user asked for the end. */
export function commandFailure(error: unknown, command: string | undefined, interrupted: boolean): CommandFailure {
  const name = errorName(error);
  if (interrupted && isAbort(error))
    return { name: 'Interrupted', message: 'Stopped before it was done.', code: EXIT.failed };
  if (name === 'UsageError') {
    const help = command === undefined ? 'ggen-p2p --help' : `ggen-p2p ${command} --help`;
    return { name, message: errorMessage(error), code: EXIT.usage, next: `'${help}' shows what there is.` };
  }
  if (error instanceof CommandError) {
    const { message, code, next } = error;
    return { name, message, code, ...(next === undefined ? {} : { next }) };
  }
  const known = Object.hasOwn(ERROR_OUTCOMES, name) ? ERROR_OUTCOMES[name as keyof typeof ERROR_OUTCOMES] : undefined;
  return { name: name === '' ? 'Error' : name, message: errorMessage(error), ...(known ?? { code: EXIT.failed }) };
}
