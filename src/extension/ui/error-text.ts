import type { GgenErrorName } from '../../shared/errors.ts';
import { errorMessage, errorName } from '../../shared/errors.ts';
import type { Localise } from './localise.ts';
import { plainText } from './plain-text.ts';

/** What an error's notification may offer; `errorActions` in `report-error.ts` says what each does. */
export type ErrorAction = 'startNode' | 'restartNode' | 'addPeer' | 'showPeers' | 'openSettings' | 'showLog' | 'search';

export interface ErrorText {
  readonly message: string;
  /** The most helpful first; at most two, so that the notification stays readable. */
  readonly actions: readonly ErrorAction[];
}

interface Row {
  /** What to do about it; the engine's own message says what happened and where. */
  readonly advice?: string;
  /** In place of the engine's message, where that means nothing to the user. */
  readonly instead?: string;
  readonly actions: readonly ErrorAction[];
}

/** What the user reads and may click, for each error that the engine or the extension throws on purpose. */
const rows = (t: Localise): Record<GgenErrorName, Row> => ({
  InvalidRequest: { actions: ['showLog'] },
  NodeNotRunning: { instead: t('The node is stopped, so other peers cannot be reached.'), actions: ['startNode'] },
  NodeStartFailed: {
    advice: t('Check the listen addresses in the settings: a port may be taken.'),
    actions: ['openSettings', 'showLog'],
  },
  DataDirInUse: {
    instead: t('Another window or program of this user runs the Ggen node already. Stop it there, then restart here.'),
    actions: ['restartNode', 'showLog'],
  },
  UnsupportedRuntime: { advice: t('A newer version of VS Code brings what is missing.'), actions: ['showLog'] },
  DatabaseTooNew: { advice: t('Update the extension in this window.'), actions: ['showLog'] },
  ManifestNotFound: { actions: [] },
  ManifestInvalid: { actions: [] },
  ProjectTooLarge: {
    advice: t('List what need not be published in a file .ggenignore, in the form of .gitignore.'),
    actions: [],
  },
  ProjectChanged: { advice: t('Nothing was published. Try again when the files are at rest.'), actions: [] },
  VersionNotHigher: { advice: t('A published version never changes: raise the version in the manifest.'), actions: [] },
  DraftNotFound: {
    instead: t('The engine was restarted meanwhile, so what was prepared is gone. Nothing was published; try again.'),
    actions: [],
  },
  DraftOutdated: {
    advice: t('Nothing was changed; try again.'),
    actions: [],
  },
  SignatureInvalid: { advice: t('It was refused and nothing was kept.'), actions: ['showLog'] },
  NotPublisher: { advice: t('Only the publisher of a package can change it.'), actions: [] },
  RecordInvalid: { advice: t('It was refused and nothing was kept.'), actions: ['showLog'] },
  RecordTooLarge: { advice: t('Shorten the description, or publish fewer releases under one name.'), actions: [] },
  PackageNotFound: {
    advice: t('Its publisher, or a peer that has it, may not be connected.'),
    actions: ['search', 'showPeers'],
  },
  PackageAmbiguous: { advice: t('Search for it and pick the publisher that you mean.'), actions: ['search'] },
  VersionNotFound: { actions: ['search'] },
  VersionYanked: { advice: t('Its publisher withdrew it. Choose another version.'), actions: [] },
  ContentUnavailable: {
    advice: t('Nothing was written. Try again when a peer that has it is connected.'),
    actions: ['addPeer', 'showPeers'],
  },
  ContentCorrupt: {
    advice: t('What came does not match its hash, so it was refused. Nothing was written.'),
    actions: ['showLog'],
  },
  UnsafePath: { advice: t('The package was refused. Nothing was written.'), actions: ['showLog'] },
  TargetNotEmpty: { advice: t('Choose a folder that is empty or does not exist yet.'), actions: [] },
  TargetNotWritable: { advice: t('Choose another folder.'), actions: [] },
  PeerNotFound: { actions: ['showPeers'] },
  PeerUnreachable: {
    advice: t('Check the address, and that the other machine lets connections in.'),
    actions: ['showLog'],
  },
  InvalidAddress: { advice: t('An address looks like /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…'), actions: [] },
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
