import type { CallError } from '../../shared/api/index.ts';
import type { Diagnostic } from '../../shared/model.ts';
import { errorMessage, errorName, isAbort } from '../../shared/errors.ts';
import { CommandError } from './command-error.ts';
import { diagnosticText, isBlocking } from './diagnostic-text.ts';
import { errorDetails } from './error-details.ts';

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

/** The next step where several publishers have a package of a name. */
export const PREFER_PUBLISHER =
  "Use one of these IDs instead of the name, or prefer its publisher from now on with 'ggen-p2p publisher trust ID'.";

interface ErrorOutcome {
  readonly code: number;
  /** The next step, unless the message says it. */
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
    next: 'Specify a project folder with a gpack.toml, package.toml, pack.toml, package.json, Cargo.toml, or pyproject.toml.',
  },
  PackageNotFound: {
    code: EXIT.notFound,
    next: "Find it with 'ggen-p2p search', or connect to a peer that knows it with --bootstrap ADDR.",
  },
  PackageAmbiguous: { code: EXIT.notFound, next: PREFER_PUBLISHER },
  VersionNotFound: {
    code: EXIT.notFound,
    next: 'Specify another version or range, or omit it for the latest version.',
  },
  FileNotFound: { code: EXIT.notFound },
  PeerNotFound: { code: EXIT.notFound, next: "Run 'ggen-p2p peer-list' to see known peers." },
  PeerUnreachable: {
    code: EXIT.network,
    next: "Compare the address with the output of 'ggen-p2p status' on that machine. Run 'ggen-p2p doctor' to check this one.",
  },
  ContentUnavailable: {
    code: EXIT.network,
    next: "Try again when a provider is online, or connect to one with --bootstrap ADDR. Run 'ggen-p2p peer-list' to see connected peers.",
  },
  TimedOut: { code: EXIT.network, next: 'Allow more time with --timeout SECONDS.' },
  NodeNotRunning: { code: EXIT.noNode, next: "Start it with 'ggen-p2p start --daemon'." },
  ContentCorrupt: { code: EXIT.refused },
  SignatureInvalid: { code: EXIT.refused },
  RecordInvalid: { code: EXIT.refused },
  UnsafePath: { code: EXIT.refused },
  NotPublisher: {
    code: EXIT.refused,
    next: "Run 'ggen-p2p key show' to see which publisher this key belongs to, or 'ggen-p2p key import FILE' to use another key.",
  },
  VersionYanked: { code: EXIT.refused, next: 'Specify another version, or this one exactly: ID@VERSION.' },
  PrivateNotAccepted: {
    code: EXIT.refused,
    next: 'To publish it to everyone on the network anyway, add --accept private.',
  },
  SecretsNotAccepted: {
    code: EXIT.refused,
    next: "Remove each one, accept it with --accept-secret FINGERPRINT, or record it as reviewed with 'ggen-p2p secrets PATH --accept FINGERPRINT'.",
  },
  ClockAhead: {
    code: EXIT.refused,
    next: "Set this computer's clock, then publish again. If the peers are wrong, publish anyway with --accept clock.",
  },
  VersionExists: { code: EXIT.refused, next: 'Set another version in the manifest.' },
  FilesChanged: { code: EXIT.refused, next: 'Discard the changes with --overwrite PATH, or move the files elsewhere.' },
  LockMismatch: {
    code: EXIT.refused,
    next: 'If you trust the signed content anyway, accept it with --accept-root ROOT.',
  },
  ArchiveInvalid: { code: EXIT.refused },
  NotInstalled: {
    code: EXIT.notFound,
    next: "Run 'ggen-p2p verify' without arguments to check everything installed on this machine.",
  },
  DependencyMissing: { code: EXIT.notFound },
  DependencyConflict: {
    code: EXIT.refused,
    next: "Install a version that agrees with the others (ID@VERSION), or install a release without its dependencies into another folder: 'ggen-p2p install ID@VERSION --to DIR'.",
  },
  ManifestInvalid: { code: EXIT.refused, next: 'Fix what is named above, then publish again.' },
  WorkspaceRoot: { code: EXIT.usage },
  DataDirInUse: {
    code: EXIT.noNode,
    next: 'The process that uses it is not responding. Stop it, resume it if it is suspended, or choose another folder with --data DIR.',
  },
  DataDirNotPrivate: { code: EXIT.noNode },
  DataDirNotWritable: {
    code: EXIT.noNode,
    next: 'Choose a folder that you can write with --data DIR. Commands that only read work without that.',
  },
  DatabaseTooNew: {
    code: EXIT.noNode,
    next: 'Use the newest version of the program on this machine, or choose another folder with --data DIR.',
  },
  VersionMismatch: {
    code: EXIT.noNode,
    next: 'Use the same version on both sides, or stop the running program.',
  },
  EngineStopped: { code: EXIT.noNode, next: 'Try again.' },
  EngineUnavailable: { code: EXIT.noNode, next: "Run 'ggen-p2p doctor' to find the cause." },
  UnsupportedRuntime: { code: EXIT.failed, next: 'Install Node.js 24 from https://nodejs.org.' },
  TargetNotEmpty: { code: EXIT.failed, next: 'Choose another folder with --to DIR.' },
  NodeStartFailed: { code: EXIT.failed },
  ProjectTooLarge: { code: EXIT.failed },
  ProjectChanged: { code: EXIT.failed },
  DraftNotFound: { code: EXIT.failed },
  DraftOutdated: { code: EXIT.failed },
  RecordTooLarge: { code: EXIT.failed },
  LimitReached: { code: EXIT.failed },
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
  /** What the error has for programs; empty when nothing. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Lines for people, shown below the message. */
  readonly list?: string;
}

/** Exit code, message and next step of an error. `interrupted`: the user stopped the command. */
export function commandFailure(error: unknown, command: string | undefined, interrupted: boolean): CommandFailure {
  const name = errorName(error);
  if (interrupted && isAbort(error))
    return { name: 'Interrupted', message: 'Interrupted before it completed.', code: EXIT.failed, details: {} };
  if (name === 'UsageError') {
    const help = command === undefined ? 'ggen-p2p --help' : `ggen-p2p ${command} --help`;
    return { name, message: errorMessage(error), code: EXIT.usage, next: `Run '${help}' for usage.`, details: {} };
  }
  if (error instanceof CommandError) {
    const { message, code, next, details, list } = error;
    return {
      name,
      message,
      code,
      details,
      ...(next === undefined ? {} : { next }),
      ...(list === undefined ? {} : { list }),
    };
  }
  const known = Object.hasOwn(ERROR_OUTCOMES, name) ? ERROR_OUTCOMES[name as keyof typeof ERROR_OUTCOMES] : undefined;
  const details = known === undefined ? {} : errorDetails(error);
  const list = listOf(details);
  return {
    name: name === '' ? 'Error' : name,
    message: errorMessage(error),
    details,
    ...(list === undefined ? {} : { list }),
    ...(known ?? { code: EXIT.failed }),
  };
}

/** Lines for people about what an error lists: candidates of a name, or the errors of a project when there are several. */
function listOf({ candidates, diagnostics }: Readonly<Record<string, unknown>>): string | undefined {
  if (Array.isArray(candidates)) return candidates.join('\n');
  const errors = ((diagnostics ?? []) as readonly Diagnostic[]).filter(isBlocking);
  return errors.length < 2 ? undefined : errors.map((one) => `  ${diagnosticText(one)}`).join('\n');
}
