import type { CallError } from '../../shared/api/index.ts';
import { errorMessage, errorName } from '../../shared/errors.ts';
import type { Localize } from './localize.ts';
import { plainText } from './plain-text.ts';

/** Button of an error notification; `errorAction` in `notify.ts` maps it to a command. */
export type ErrorAction =
  | 'startNode'
  | 'restartNode'
  | 'connectToPeer'
  | 'showPeers'
  | 'openSettings'
  | 'showLog'
  | 'search'
  | 'cleanUpStorage';

export interface ErrorText {
  readonly message: string;
  /** The most helpful first; at most two, because longer notifications are hard to read. */
  readonly actions: readonly ErrorAction[];
}

/** Maximum length of an engine message in a notification, in characters. */
const MAX_MESSAGE_LENGTH = 500;

interface ErrorRow {
  /** Next step, for errors whose engine message does not name one. */
  readonly advice?: (t: Localize) => string;
  /** Replaces the engine's message where that message means nothing to a user. */
  readonly replacement?: (t: Localize) => string;
  readonly actions: readonly ErrorAction[];
}

/** Errors that the extension throws itself, in addition to those of the calls. */
type ExtensionError = 'PeerUnreachable' | 'TimedOut';

/**
 * Text and buttons for each error that the engine or the extension throws on purpose. Engine messages say what happened
 * and mostly what to do, so that most rows need no text.
 */
const ROWS: Readonly<Record<CallError | ExtensionError, ErrorRow>> = {
  InvalidRequest: { actions: ['showLog'] },
  NodeNotRunning: {
    replacement: (t) => t('The node is stopped, so other peers cannot be reached.'),
    actions: ['startNode'],
  },
  NodeStartFailed: { actions: ['openSettings', 'showLog'] },
  DataDirInUse: {
    replacement: (t) =>
      t(
        'Another window or program is running the Ggen node but is not responding. Close or reload it, then restart the node.',
      ),
    actions: ['restartNode', 'showLog'],
  },
  DataDirNotPrivate: { actions: ['showLog'] },
  DataDirNotWritable: { actions: ['openSettings', 'showLog'] },
  VersionMismatch: {
    replacement: (t) =>
      t(
        'Another version of Ggen is running the node on this machine. Reload the other VS Code windows or close the other program, then restart the node.',
      ),
    actions: ['restartNode', 'showLog'],
  },
  Interrupted: { actions: [] },
  UnsupportedRuntime: { actions: ['showLog'] },
  DatabaseTooNew: {
    replacement: (t) =>
      t('The packages on this machine were stored by a newer version of this extension. Update the extension.'),
    actions: ['showLog'],
  },
  ManifestNotFound: { actions: [] },
  ManifestInvalid: { actions: [] },
  WorkspaceRoot: { actions: [] },
  ProjectTooLarge: { actions: [] },
  ProjectChanged: { actions: [] },
  PrivateNotAccepted: { actions: [] },
  SecretsNotAccepted: { actions: [] },
  ClockAhead: { advice: (t) => t("Set this computer's clock, then publish again."), actions: [] },
  VersionExists: { actions: [] },
  DraftNotFound: {
    replacement: (t) =>
      t(
        'The prepared release has expired. It is kept for up to an hour and is lost when the engine restarts. Nothing was published. Try again.',
      ),
    actions: [],
  },
  DraftOutdated: { actions: [] },
  SignatureInvalid: { advice: (t) => t('It was rejected and nothing was stored.'), actions: ['showLog'] },
  NotPublisher: { actions: [] },
  RecordInvalid: { advice: (t) => t('It was rejected and nothing was stored.'), actions: ['showLog'] },
  RecordTooLarge: { actions: [] },
  PackageNotFound: { actions: ['search', 'showPeers'] },
  PackageAmbiguous: { actions: ['search'] },
  VersionNotFound: { actions: ['search'] },
  VersionYanked: { advice: (t) => t('Choose another version.'), actions: [] },
  ContentUnavailable: { actions: ['connectToPeer', 'showPeers'] },
  LimitReached: { actions: ['openSettings'] },
  ContentCorrupt: {
    replacement: (t) => t('Part of the package does not match its hash and was rejected. Nothing was installed.'),
    actions: ['showLog'],
  },
  FileNotFound: { actions: [] },
  UnsafePath: { actions: ['showLog'] },
  TargetNotEmpty: { actions: [] },
  TargetNotWritable: { advice: (t) => t('Choose another folder.'), actions: [] },
  DiskFull: { actions: ['cleanUpStorage'] },
  FilesChanged: { actions: [] },
  NotInstalled: { actions: [] },
  DependencyConflict: {
    advice: (t) => t('Request other versions, or install one of the packages into another folder.'),
    actions: [],
  },
  DependencyMissing: { actions: ['connectToPeer', 'showPeers'] },
  LockInvalid: { actions: [] },
  LockMismatch: { actions: ['showLog'] },
  PlanOutdated: { actions: [] },
  ArchiveInvalid: { actions: ['showLog'] },
  QuotaExceeded: { actions: ['openSettings'] },
  PeerNotFound: { actions: ['showPeers'] },
  PeerUnreachable: {
    advice: (t) => t('Check the address, and that the other machine accepts incoming connections.'),
    actions: ['showLog'],
  },
  InvalidAddress: { actions: [] },
  TimedOut: { advice: (t) => t('The network may be slow or peers may be offline. Try again.'), actions: ['showLog'] },
  EngineStopped: {
    replacement: (t) => t('The engine stopped before this was finished. It is restarting; try again in a moment.'),
    actions: ['showLog'],
  },
  EngineUnavailable: { replacement: (t) => t('The engine could not be started.'), actions: ['restartNode', 'showLog'] },
  Internal: { replacement: (t) => t('Something went wrong in Ggen. See the log for details.'), actions: ['showLog'] },
};

/**
 * The text and buttons for any thrown value; undefined for a cancel. The text never has a stack trace: unknown errors
 * read as `Internal`, and the log has their details.
 */
export function errorText(error: unknown, t: Localize): ErrorText | undefined {
  const name = errorName(error);
  if (name === 'AbortError') return undefined;
  const { replacement, advice, actions } = Object.hasOwn(ROWS, name) ? ROWS[name as keyof typeof ROWS] : ROWS.Internal;
  const what = replacement?.(t) ?? asSentence(plainText(errorMessage(error), MAX_MESSAGE_LENGTH));
  return { message: advice === undefined ? what : `${what} ${advice(t)}`, actions };
}

function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
