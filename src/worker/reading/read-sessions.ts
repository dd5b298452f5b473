import { GgenError, errorName } from '../../shared/errors.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import { openBlockSource } from '../transfer/transfer.ts';
import type { BlockNetwork, BlockSource, BlockSourceOptions } from '../transfer/transfer.ts';
import type { LoggerFactory } from '../logging/logger.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';
import { TransferTally } from '../reputation/transfer-tally.ts';
import { rankedProviders } from '../transfer/fetch-content.ts';
import type { RankedProvidersDeps } from '../transfer/fetch-content.ts';

/** A release to read. The package, where it is known, tells which peers to ask first. */
export interface ReadableRelease {
  /** CID of the content root. */
  readonly root: string;
  readonly package?: { readonly publisher: string; readonly name: string };
}

/** Dependencies of `ReadSessions`. */
export interface ReadSessionsDeps extends RankedProvidersDeps {
  readonly blocks: BlockSourceOptions['store'];
  /** The paths of the running node; undefined while it does not run. */
  readonly network: () => ReadNetwork | undefined;
  readonly peerReputation: PeerReputation;
  readonly retention: { lease(root: string): () => void };
  readonly loggers: LoggerFactory;
}

interface ReadNetwork {
  readonly blocks: BlockNetwork;
}

/** How long an unused session is cached: reads of one release come in series. */
const IDLE_TIMEOUT_MS = 30_000;
/** Sessions in the cache; above it, the least recently used one is closed. */
export const MAX_READ_SESSIONS = 8;

/** Source of one release's blocks, and the tally of the peers that sent them. */
class ReadSession {
  readonly network: ReadNetwork | undefined;
  readonly #release: ReadableRelease;
  readonly #deps: ReadSessionsDeps;
  readonly #source: BlockSource;
  readonly #tally = new TransferTally();
  readonly #releaseLease: () => void;
  users = 0;
  idleTimer: NodeJS.Timeout | undefined;
  #busySince = 0;
  #busyMs = 0;

  constructor(deps: ReadSessionsDeps, release: ReadableRelease) {
    this.#deps = deps;
    this.#release = release;
    this.network = deps.network();
    this.#releaseLease = deps.retention.lease(release.root);
    this.#source = openBlockSource(parseRootCid(release.root), {
      store: deps.blocks,
      network: this.network?.blocks,
      providers: release.package === undefined ? [] : rankedProviders(deps, release.package),
      onSuccess: (peer, responseTime, bytes) => {
        this.#tally.recordBlock(peer, responseTime, bytes);
      },
      onFailure: (peer, kind) => {
        this.#tally.recordFailure(peer, kind);
      },
      log: deps.loggers('read'),
    });
  }

  get(...[cid, signal]: Parameters<BlockSource['get']>): Promise<Uint8Array> {
    return this.#source.get(cid, signal);
  }

  enter(): void {
    clearTimeout(this.idleTimer);
    if (this.users++ === 0) this.#busySince = performance.now();
  }

  leave(): void {
    if (--this.users === 0) this.#busyMs += performance.now() - this.#busySince;
  }

  close(): void {
    clearTimeout(this.idleTimer);
    this.#source.close();
    this.#releaseLease();
    const { package: packageRef } = this.#release;
    if (packageRef !== undefined) this.#tally.commit(this.#deps.peerReputation, packageRef, this.#busyMs);
  }
}

/**
 * Sessions for reading releases block by block. The first request for a release opens a session, which stays open for a
 * while after the last one. While it is open, the release is leased, so that its blocks are not collected. For the
 * reputation of a peer, a session counts as one transfer.
 */
export class ReadSessions {
  readonly #deps: ReadSessionsDeps;
  /** By content root; least recently used first. */
  readonly #sessions = new Map<string, ReadSession>();

  constructor(deps: ReadSessionsDeps) {
    this.#deps = deps;
  }

  /**
   * Runs `work` with the session of a release.
   *
   * @throws GgenError ContentUnavailable, NodeNotRunning, RecordInvalid, and what `work` throws
   */
  async use<T>(release: ReadableRelease, work: (source: Pick<BlockSource, 'get'>) => Promise<T>): Promise<T> {
    const session = this.#open(release);
    session.enter();
    try {
      return await work(session);
    } catch (error) {
      // The providers of a session may be out of date: the next request opens a new one.
      const isCurrent = this.#sessions.get(release.root) === session;
      if (isCurrent && errorName(error) === 'ContentUnavailable') this.#sessions.delete(release.root);
      throw this.#explain(error);
    } finally {
      session.leave();
      this.#startIdleTimer(release.root, session);
    }
  }

  close(): void {
    for (const root of [...this.#sessions.keys()]) this.#closeSession(root);
  }

  #open(release: ReadableRelease): ReadSession {
    const { root } = release;
    const known = this.#sessions.get(root);
    const session = known?.network === this.#deps.network() ? known : undefined;
    const current = session ?? new ReadSession(this.#deps, release);
    this.#sessions.delete(root);
    this.#sessions.set(root, current);
    // The node was stopped since: its session is closed now, or by its last user.
    if (known !== undefined && known !== current && known.users === 0) known.close();
    for (const [other, { users }] of this.#sessions) {
      if (this.#sessions.size <= MAX_READ_SESSIONS) break;
      if (users === 0 && other !== root) this.#closeSession(other);
    }
    return current;
  }

  #startIdleTimer(root: string, session: ReadSession): void {
    if (session.users > 0) return;
    if (this.#sessions.get(root) !== session) {
      session.close();
      return;
    }
    session.idleTimer = setTimeout(() => {
      this.#closeSession(root);
    }, IDLE_TIMEOUT_MS);
    session.idleTimer.unref();
  }

  #closeSession(root: string): void {
    this.#sessions.get(root)?.close();
    this.#sessions.delete(root);
  }

  #explain(error: unknown): unknown {
    if (errorName(error) !== 'ContentUnavailable' || this.#deps.network() !== undefined) return error;
    return new GgenError(
      'NodeNotRunning',
      'This part of the package is not on this machine, and the node is not running. Start the node to fetch it from peers.',
      { cause: error },
    );
  }
}
