import type { GgenErrorName } from '../../shared/errors.ts';
import { errorMessage, errorName } from '../../shared/errors.ts';
import type { Localise } from './localise.ts';
import { plainText } from './plain-text.ts';

/** What an error's notification may offer; `errorActions` in `report-error.ts` says what each does. */
export type ErrorAction =
  'startNode' | 'restartNode' | 'addPeer' | 'showPeers' | 'openSettings' | 'showLog' | 'search' | 'cleanUpStorage';

export interface ErrorText {
  readonly message: string;
  /** The most helpful first; at most two, so that the notification stays readable. */
  readonly actions: readonly ErrorAction[];
}

interface Row {
  /** What to do about it, where the engine's message ends without saying. */
  readonly advice?: string;
  /** In place of the engine's message, where that means nothing to who sits in front of VS Code. */
  readonly instead?: string;
  readonly actions: readonly ErrorAction[];
}

/**
 * What the user reads and may click, for each error that the engine or the extension throws on purpose. The engine's
 * messages say what happened, where, and mostly what to do.
 */
const rows = (t: Localise): Record<GgenErrorName, Row> => ({
  InvalidRequest: { actions: ['showLog'] },
  NodeNotRunning: { instead: t('The node is stopped, so other peers cannot be reached.'), actions: ['startNode'] },
  NodeStartFailed: { actions: ['openSettings', 'showLog'] },
  DataDirInUse: {
    instead: t(
      'Another window or program of this user runs the Ggen node, but does not answer. End or reload it, then restart here.',
    ),
    actions: ['restartNode', 'showLog'],
  },
  DataDirNotPrivate: { actions: ['showLog'] },
  VersionMismatch: {
    instead: t(
      'Another version of Ggen runs the node of this machine. Reload the other VS Code windows, or end the other program, then restart here.',
    ),
    actions: ['restartNode', 'showLog'],
  },
  Interrupted: { actions: [] },
  UnsupportedRuntime: { actions: ['showLog'] },
  DatabaseTooNew: {
    instead: t('The packages here were stored by a newer version of this extension. Update the extension.'),
    actions: ['showLog'],
  },
  ManifestNotFound: { actions: [] },
  ManifestInvalid: { actions: [] },
  ProjectTooLarge: { actions: [] },
  ProjectChanged: { actions: [] },
  SecretsNotAccepted: { actions: [] },
  VersionNotHigher: { actions: [] },
  DraftNotFound: {
    instead: t(
      'What was prepared is kept for an hour at most, and not over a restart: it is gone. Nothing was published; try again.',
    ),
    actions: [],
  },
  DraftOutdated: { actions: [] },
  SignatureInvalid: { advice: t('It was refused and nothing was kept.'), actions: ['showLog'] },
  NotPublisher: { actions: [] },
  RecordInvalid: { advice: t('It was refused and nothing was kept.'), actions: ['showLog'] },
  RecordTooLarge: { actions: [] },
  PackageNotFound: { actions: ['search', 'showPeers'] },
  PackageAmbiguous: { actions: ['search'] },
  VersionNotFound: { actions: ['search'] },
  VersionYanked: { advice: t('Choose another version.'), actions: [] },
  ContentUnavailable: { actions: ['addPeer', 'showPeers'] },
  LimitReached: { actions: ['openSettings'] },
  ContentCorrupt: {
    instead: t('A part of the package does not match its hash, so it was refused. Nothing was installed.'),
    actions: ['showLog'],
  },
  FileNotFound: { actions: [] },
  UnsafePath: { actions: ['showLog'] },
  TargetNotEmpty: { actions: [] },
  TargetNotWritable: { advice: t('Choose another folder.'), actions: [] },
  DiskFull: { actions: ['cleanUpStorage'] },
  FilesChanged: { actions: [] },
  NotInstalled: { actions: [] },
  DependencyConflict: {
    advice: t('Ask for other versions, or ask the publishers to agree on one.'),
    actions: [],
  },
  DependencyMissing: { actions: ['addPeer', 'showPeers'] },
  LockInvalid: { actions: [] },
  LockMismatch: { actions: ['showLog'] },
  PlanOutdated: { actions: [] },
  ArchiveInvalid: { actions: ['showLog'] },
  QuotaExceeded: { actions: ['openSettings'] },
  PeerNotFound: { actions: ['showPeers'] },
  PeerUnreachable: {
    advice: t('Check the address, and that the other machine lets connections in.'),
    actions: ['showLog'],
  },
  InvalidAddress: { actions: [] },
  TimedOut: { advice: t('The network may be slow or the peers away. Try again.'), actions: ['showLog'] },
  EngineStopped: {
    instead: t('The engine stopped before this was done. It is being restarted; try again in a moment.'),
    actions: ['showLog'],
  },
  EngineUnavailable: { instead: t('The engine could not be started.'), actions: ['restartNode', 'showLog'] },
  Internal: { instead: t('Something went wrong inside Ggen. The log has the details.'), actions: ['showLog'] },
});

/**
 * What to tell the user of anything thrown; undefined when the user cancelled and knows. Never a stack trace: what the
 * table does not know reads as `Internal`, and the log has the rest.
 */
export function errorText(error: unknown, t: Localise): ErrorText | undefined {
  const name = errorName(error);
  if (name === 'AbortError') return undefined;
  const table = rows(t);
  const row = Object.hasOwn(table, name) ? table[name as GgenErrorName] : table.Internal;
  const what = row.instead ?? sentence(plainText(errorMessage(error), 500));
  return { message: row.advice === undefined ? what : `${what} ${row.advice}`, actions: row.actions };
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
