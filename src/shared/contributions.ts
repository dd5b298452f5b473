/**
 * Ids of everything that the extension contributes to VS Code: commands, views, settings and context keys.
 *
 * Code spells them only here; `test/unit/shared/contributions.test.ts` checks that they equal those in package.json.
 */
import { SETTING_NAMES, settingRow } from './settings/rows.ts';
import type { SETTING_ROWS, SettingName } from './settings/rows.ts';

/** Commands. */
export const COMMANDS = {
  publish: 'ggen.publish',
  publishWithDistTag: 'ggen.publishWithDistTag',
  publishDryRun: 'ggen.publishDryRun',
  search: 'ggen.search',
  install: 'ggen.install',
  installFromLock: 'ggen.installFromLock',
  updatePackage: 'ggen.updatePackage',
  updateAll: 'ggen.updateAll',
  uninstall: 'ggen.uninstall',
  verifyInstallation: 'ggen.verifyInstallation',
  exportPackage: 'ggen.exportPackage',
  importPackage: 'ggen.importPackage',
  startNode: 'ggen.startNode',
  stopNode: 'ggen.stopNode',
  restartNode: 'ggen.restartNode',
  connectToPeer: 'ggen.connectToPeer',
  showStatus: 'ggen.showStatus',
  showPeer: 'ggen.showPeer',
  listPeers: 'ggen.listPeers',
  copyPeerAddress: 'ggen.copyPeerAddress',
  banPeer: 'ggen.banPeer',
  unbanPeer: 'ggen.unbanPeer',
  trustPeer: 'ggen.trustPeer',
  untrustPeer: 'ggen.untrustPeer',
  trustPublisher: 'ggen.trustPublisher',
  followPublisher: 'ggen.followPublisher',
  blockPublisher: 'ggen.blockPublisher',
  clearPublisher: 'ggen.clearPublisher',
  listPublishers: 'ggen.listPublishers',
  copyPackageId: 'ggen.copyPackageId',
  yankRelease: 'ggen.yankRelease',
  unyankRelease: 'ggen.unyankRelease',
  setDistTag: 'ggen.setDistTag',
  removeDistTag: 'ggen.removeDistTag',
  stopSeeding: 'ggen.stopSeeding',
  pauseSeeding: 'ggen.pauseSeeding',
  resumeSeeding: 'ggen.resumeSeeding',
  keepOffline: 'ggen.keepOffline',
  stopKeeping: 'ggen.stopKeeping',
  cleanUpStorage: 'ggen.cleanUpStorage',
  verifyStorage: 'ggen.verifyStorage',
  revealInstalled: 'ggen.revealInstalled',
  readReadme: 'ggen.readReadme',
  browseFiles: 'ggen.browseFiles',
  openReleaseFolder: 'ggen.openReleaseFolder',
  compareVersions: 'ggen.compareVersions',
  compareInstalled: 'ggen.compareInstalled',
  installRelease: 'ggen.installRelease',
  showLog: 'ggen.showLog',
  refresh: 'ggen.refresh',
  loadMore: 'ggen.loadMore',
} as const;

export type CommandId = (typeof COMMANDS)[keyof typeof COMMANDS];

/** Commands that only tree items run; the palette does not list them. */
export const INTERNAL_COMMANDS: readonly CommandId[] = [COMMANDS.loadMore];

/** The container in the activity bar. */
export const VIEW_CONTAINER = 'ggen';

export const VIEWS = {
  packages: 'ggen.packages',
  peers: 'ggen.peers',
} as const;

export type ViewId = (typeof VIEWS)[keyof typeof VIEWS];

/** Section of the settings; each key below is `<section>.<key>` in package.json. */
export const SETTINGS_SECTION = 'ggen';

/** Keys of the settings by their names, as the rows of `shared/settings` have them. */
export const SETTINGS = editorKeys();

export type SettingKey = (typeof SETTINGS)[keyof typeof SETTINGS];

type EditorRows = {
  readonly [
    Name in SettingName as (typeof SETTING_ROWS)[Name] extends { readonly editor: object } ? Name : never
  ]: (typeof SETTING_ROWS)[Name] extends { readonly editor: { readonly key: infer Key } } ? Key : never;
};

function editorKeys(): EditorRows {
  const keys = SETTING_NAMES.flatMap((name) => {
    const { editor } = settingRow(name);
    return editor === undefined ? [] : [[name, editor.key]];
  });
  return Object.fromEntries(keys) as EditorRows;
}

/** Keys for `when` clauses. */
export const CONTEXT_KEYS = {
  /** One of `VIEW_STATES`. */
  state: 'ggen.state',
  /** Why the state is `failed`: `DataDirInUse`, `NodeStartFailed` or `other`. */
  failure: 'ggen.failure',
  /** Whether a peer is connected. */
  hasPeers: 'ggen.hasPeers',
  /** Whether seeding is paused. */
  seedingPaused: 'ggen.seedingPaused',
} as const;

/** States that the views distinguish: those of the node, and of the engine that runs it. */
export const VIEW_STATES = ['stopped', 'starting', 'running', 'stopping', 'restarting', 'failed'] as const;

export type ViewState = (typeof VIEW_STATES)[number];

/** Scheme of the URIs of releases: `ggen:/<publisher>/<name>@<version>/<path>`. */
export const RELEASE_SCHEME = 'ggen';

/** Manifest files on which publishing is offered. */
export const MANIFEST_FILES = [
  'gpack.toml',
  'package.toml',
  'pack.toml',
  'package.json',
  'Cargo.toml',
  'pyproject.toml',
] as const;
