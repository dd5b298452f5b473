import type { EngineEvents } from '../events.ts';
import type { AuthoringCalls } from './authoring.ts';
import type { CallOptions } from './call.ts';
import type { InstallCalls } from './install.ts';
import type { NodeCalls } from './node.ts';
import type { PeerCalls } from './peers.ts';
import type { ReadingCalls } from './reading.ts';
import type { RegistryCalls } from './registry.ts';
import type { StorageCalls } from './storage.ts';

export type * from './authoring.ts';
export type * from './call.ts';
export type * from './install.ts';
export type * from './node.ts';
export type * from './peers.ts';
export type * from './reading.ts';
export type * from './registry.ts';
export type * from './storage.ts';

/**
 * Every call of the engine: its request, its response, and the progress that it reports on the way.
 *
 * This one table types the in-process engine, the remote one, the sample table of the boundary tests and the dispatch
 * on the far side. A call takes exactly one plain object, so that nothing else ever has to cross.
 */
export interface Calls
  extends NodeCalls, PeerCalls, RegistryCalls, AuthoringCalls, ReadingCalls, InstallCalls, StorageCalls {}

export type CallName = keyof Calls;

/** The methods of the engine, the same in-process, across a worker and across a socket. */
export type EngineCalls = {
  readonly [Name in CallName]: (
    request: Calls[Name]['request'],
    options?: CallOptions<Calls[Name]['progress']>,
  ) => Promise<Calls[Name]['response']>;
};

/** The engine as every caller sees it. */
export interface Engine extends EngineCalls {
  /**
   * Follow one kind of event. The newest snapshot is delivered first, if there is one, then each later one in order.
   * Returns the function that ends the subscription.
   */
  subscribe<Name extends keyof EngineEvents>(name: Name, listener: (event: EngineEvents[Name]) => void): () => void;
}

/** Every call by name, checked by the compiler to be complete: what may be dispatched, and nothing else. */
export const CALL_NAMES = Object.keys({
  startNode: 0,
  stopNode: 0,
  status: 0,
  metrics: 0,
  peers: 0,
  peer: 0,
  bootstrap: 0,
  banPeer: 0,
  unbanPeer: 0,
  trustPeer: 0,
  search: 0,
  getPackage: 0,
  getPackageVersion: 0,
  listVersions: 0,
  exists: 0,
  providers: 0,
  listPackages: 0,
  metadata: 0,
  draftRelease: 0,
  draftYank: 0,
  draftMerge: 0,
  discardDraft: 0,
  publish: 0,
  delete: 0,
  readFolder: 0,
  statFile: 0,
  readFile: 0,
  listFiles: 0,
  compareReleases: 0,
  planInstall: 0,
  applyPlan: 0,
  install: 0,
  installed: 0,
  uninstall: 0,
  verifyInstalled: 0,
  exportPackage: 0,
  importPackage: 0,
  keep: 0,
  unkeep: 0,
  kept: 0,
  pauseSeeding: 0,
  stopSeeding: 0,
  cleanUpStorage: 0,
  verifyStorage: 0,
} satisfies Record<CallName, 0>) as readonly CallName[];
