import type { CID } from 'multiformats/cid';
import { GgenError, errorMessage, errorName } from '../../shared/errors.ts';
import { DAG_PB } from '../dag/codecs.ts';
import { BandwidthProbe } from './bandwidth-probe.ts';
import { unavailableError } from './unavailable-error.ts';
import { ProviderSession } from './provider-session.ts';
import type { ProviderCandidate } from './provider-session.ts';
import type { BlockNetwork, ProviderSchedulerOptions } from './transfer-types.ts';
import type { TreeBlock, TreeBlocks } from './tree-blocks.ts';

/** Number of parallel providers of one transfer. */
const MAX_PROVIDER_SESSIONS = 4;
/**
 * The release must have this many bytes for each additional provider: more sessions would not make a small one faster.
 */
const MIN_BYTES_PER_SESSION = 1024 * 1024;
/** A missing sub-tree of a release up to this size is requested as a whole: that saves a round trip. */
const MAX_UNSEEN_TREE_BYTES = 256 * 1024;
/** Pending requests to one provider: it receives the next request while it answers the previous one. */
const MAX_REQUESTS_PER_SESSION = 2;
/** How often the scheduler checks whether to steal work and whether to add a provider. */
const TICK_INTERVAL_MS = 100;
/**
 * A provider that sent nothing for this long is stalled: other providers get its work, and another session may be
 * opened.
 */
const STALL_TIMEOUT_MS = 400;
/** Attempts with a provider that times out or closes the connection. */
const MAX_ATTEMPTS_PER_PROVIDER = 2;
/** Pause before a busy provider is asked again. */
const BUSY_BACKOFF_MS = 500;
const MAX_BUSY_ATTEMPTS = 10;
const LOOKUP_TIMEOUT_MS = 3_000;
/** Errors of a session whose peer broke the protocol: it is not asked again in this transfer. */
const INVALID_ERROR_NAMES = ['InvalidBlockError', 'ProtocolViolationError'];

/**
 * Decides which provider is asked for which blocks. Each provider gets its own requests, and fast ones get more. An
 * idle session steals work from slower ones. A provider that violates the protocol is dropped; one that fails or is
 * busy is asked again later. Verified blocks are kept in any case.
 */
export class ProviderScheduler {
  readonly #root: CID;
  readonly #blocks: TreeBlocks;
  readonly #options: ProviderSchedulerOptions;
  readonly #maxSessions: number;
  readonly #bandwidthProbe = new BandwidthProbe();
  /** Number of sessions to open: one, and one more each time the bandwidth probe reports spare capacity. */
  #targetSessions = 1;
  readonly #size: number;
  readonly #sessions = new Set<ProviderSession>();
  /** Peers without a session, best first. */
  #candidates: ProviderCandidate[];
  readonly #knownPeers: Set<string>;
  readonly #failed = Promise.withResolvers<never>();
  readonly #closed = new AbortController();
  #pendingSchedule: NodeJS.Immediate | undefined;
  #tickTimer: NodeJS.Timeout | undefined;
  #lookup: 'none' | 'running' | 'done' = 'none';

  constructor(root: CID, blocks: TreeBlocks, options: ProviderSchedulerOptions, size: number) {
    this.#root = root;
    this.#blocks = blocks;
    this.#options = options;
    this.#size = size;
    this.#maxSessions = Math.min(MAX_PROVIDER_SESSIONS, 1 + Math.floor(size / MIN_BYTES_PER_SESSION));
    this.#candidates = [];
    this.#knownPeers = new Set();
    for (const peer of options.providers) this.#addCandidate(peer);
    this.#failed.promise.catch(() => undefined);
    blocks.onChange = () => {
      // One run for many changes: long requests are more efficient.
      this.#pendingSchedule ??= setImmediate(() => {
        this.#pendingSchedule = undefined;
        this.#schedule();
      });
    };
    options.network?.stopped.addEventListener('abort', this.#onNodeStopped);
  }

  /** Rejects when the missing blocks cannot be fetched. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  close(reason?: GgenError): void {
    if (this.isClosed) return;
    this.#closed.abort();
    clearInterval(this.#tickTimer);
    clearImmediate(this.#pendingSchedule);
    this.#options.network?.stopped.removeEventListener('abort', this.#onNodeStopped);
    for (const session of this.#sessions) session.close();
    this.#sessions.clear();
    this.#blocks.onChange = () => undefined;
    if (reason !== undefined) this.#failed.reject(reason);
  }

  /** Gives every session work, and opens sessions as needed. */
  #schedule(): void {
    if (this.isClosed || !this.#blocks.hasPendingBlocks) return;
    const { network } = this.#options;
    this.#openSessions(network);
    for (const session of this.#sessions)
      while (session.requests.size < MAX_REQUESTS_PER_SESSION && this.#sendNextRequest(session)) continue;
    this.#dropExhaustedSessions();
    this.#tickTimer ??= setInterval(() => {
      this.#tick();
    }, TICK_INTERVAL_MS);
    if (this.#sessions.size === 0) this.#discoverOrFail(network);
  }

  #tick(): void {
    if (!this.#blocks.hasPendingBlocks) {
      clearInterval(this.#tickTimer);
      this.#tickTimer = undefined;
      return;
    }
    if (
      this.#bandwidthProbe.hasSpareCapacity() &&
      this.#targetSessions < this.#maxSessions &&
      this.#targetSessions <= this.#sessions.size
    )
      this.#targetSessions++;
    this.#schedule();
    for (const session of this.#sessions) if (session.requests.size === 0) this.#stealWork(session);
  }

  /** Opens sessions with the best candidates, up to the target; stalled and exhausted sessions do not count. */
  #openSessions(network: BlockNetwork | undefined): void {
    if (network === undefined || network.stopped.aborted) return;
    if (this.#candidates.length === 0) return;
    const stalledCount = [...this.#sessions].filter(
      (session) => session.msSinceLastBlock() > STALL_TIMEOUT_MS || this.#isExhausted(session),
    ).length;
    if (this.#blocks.unrequested.size === 0 && stalledCount === 0) return;
    const maxActive = stalledCount > 0 ? this.#maxSessions : this.#targetSessions;
    while (this.#sessions.size - stalledCount < maxActive && this.#sessions.size < MAX_PROVIDER_SESSIONS) {
      const [candidate] = this.#readyCandidates();
      if (candidate === undefined) return;
      this.#candidates = this.#candidates.filter((one) => one !== candidate);
      this.#sessions.add(
        new ProviderSession(candidate, network.session(this.#root, candidate.peer, this.#options.onReceived)),
      );
    }
  }

  /** Candidates that may be asked now, best first. */
  #readyCandidates(): ProviderCandidate[] {
    const now = performance.now();
    return this.#candidates.filter(({ retryAt }) => retryAt <= now);
  }

  /** Sends the next request of a session. Returns whether there was work for it. */
  #sendNextRequest(session: ProviderSession): boolean {
    const { size: activeSessions } = this.#sessions;
    const openingSessions = Math.max(0, Math.min(this.#maxSessions - activeSessions, this.#readyCandidates().length));
    // Sessions that are about to open keep their share, however many requests this session sends until then.
    const batch = session.selectBatch(
      this.#blocks.unrequested,
      activeSessions + openingSessions,
      openingSessions > 0 ? session.outstandingLeafBytes : 0,
    );
    if (batch.length === 0) return false;
    this.#sendRequest(session, batch);
    return true;
  }

  /** Gives an idle session the work that slower sessions would do last; all of it, where a session is stalled. */
  #stealWork(session: ProviderSession): void {
    const others = [...this.#sessions].filter(
      (other) => other !== session && other.isSlowerThan(session, STALL_TIMEOUT_MS),
    );
    for (const other of others) {
      const stealable = other.outstandingBlocks().filter((block) => isAvailableFrom(block, session.peer));
      const share =
        other.msSinceLastBlock() > STALL_TIMEOUT_MS ? stealable : stealable.slice(Math.floor(stealable.length / 2));
      const batch = session.selectBatch(new Set(share), 1);
      if (batch.length > 0) this.#sendRequest(session, batch);
      if (session.requests.size > 0) return;
    }
  }

  #sendRequest(session: ProviderSession, batch: readonly TreeBlock[]): void {
    const request = session.startRequest();
    const { content = 'all', isUpdate = false } = this.#options;
    const scope = content === 'all' && !isUpdate && this.#size <= MAX_UNSEEN_TREE_BYTES ? 'tree' : 'nodes';
    const wantlist = batch.map((block) => ({ cid: block.cid, scope: scopeOf(block, scope) }));
    batch.forEach((block) => {
      this.#blocks.markRequested(block, request, scopeOf(block, scope));
    });
    session.blockSession
      .fetch(wantlist, async (cid, bytes) => {
        const isNew = await this.#blocks.receiveBlock(cid, bytes, request);
        if (!isNew) return;
        this.#bandwidthProbe.received(bytes.length);
        this.#options.onSuccess(session.peer, session.received(bytes.length), bytes.length);
      })
      .then(
        () => {
          this.#blocks.finishRequest(request, true);
          session.endRequest(request);
        },
        (error: unknown) => {
          this.#blocks.finishRequest(request, false);
          session.endRequest(request);
          this.#dropSession(session, error);
        },
      )
      .finally(() => {
        this.#schedule();
      })
      .catch((error: unknown) => {
        this.#fail(error);
      });
  }

  #dropSession(session: ProviderSession, error: unknown): void {
    if (!this.#sessions.delete(session)) return;
    session.close();
    if (this.isClosed) return;
    // A stopped node closes every session; no peer is to blame.
    if (this.#options.network?.stopped.aborted === true) this.#onNodeStopped();
    else if (error instanceof GgenError) this.#fail(error);
    else this.#handleFailure(session.candidate, error);
  }

  #handleFailure(candidate: ProviderCandidate, error: unknown): void {
    const { onFailure, log } = this.#options;
    const { peer } = candidate;
    log.debug(`Peer ${peer} is no longer asked: ${errorMessage(error)}`);
    if (INVALID_ERROR_NAMES.includes(errorName(error))) {
      onFailure(peer, 'invalid');
      return;
    }
    if (errorName(error) === 'PeerBusyError') {
      if (++candidate.busyCount >= MAX_BUSY_ATTEMPTS) return;
      candidate.retryAt = performance.now() + BUSY_BACKOFF_MS;
    } else {
      onFailure(peer, 'timeout');
      if (++candidate.failureCount >= MAX_ATTEMPTS_PER_PROVIDER) return;
    }
    // After all other candidates.
    this.#candidates.push(candidate);
  }

  /** Whether a session is idle and its peer has none of the blocks that are not requested yet. */
  #isExhausted(session: ProviderSession): boolean {
    const { unrequested } = this.#blocks;
    return (
      session.requests.size === 0 &&
      unrequested.size > 0 &&
      [...unrequested].every(({ peersWithout }) => peersWithout.has(session.peer))
    );
  }

  /**
   * Closes all sessions when each of them is exhausted. While one is active, its nodes may name blocks that the others
   * have.
   */
  #dropExhaustedSessions(): void {
    if (this.#blocks.unrequested.size === 0) return;
    if ([...this.#sessions].some((session) => !this.#isExhausted(session))) return;
    for (const session of this.#sessions) {
      this.#sessions.delete(session);
      session.close();
      this.#options.log.debug(`Peer ${session.peer} does not have what is missing`);
      // The peer claimed to serve the package.
      if (session.bytes === 0) this.#options.onFailure(session.peer, 'timeout');
    }
  }

  #discoverOrFail(network: BlockNetwork | undefined): void {
    if (this.#blocks.unrequested.size === 0 || this.#lookup === 'running') return;
    if (network !== undefined && this.#lookup === 'none') {
      this.#lookup = 'running';
      void this.#findProviders(network);
      return;
    }
    if (network !== undefined && this.#candidates.length > 0) {
      this.#openSessions(network);
      for (const session of this.#sessions) this.#sendNextRequest(session);
      return;
    }
    this.#fail(unavailableError([...this.#knownPeers], [...this.#blocks.unrequested][0]?.key ?? this.#root.toString()));
  }

  async #findProviders(network: BlockNetwork): Promise<void> {
    const timeoutSignal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(LOOKUP_TIMEOUT_MS)]);
    try {
      for await (const peer of network.findProviders(this.#root, timeoutSignal)) {
        this.#addCandidate(peer.toString());
        this.#schedule();
      }
    } catch (error) {
      if (!this.isClosed) this.#options.log.debug(`Looking for providers in the DHT ended: ${errorMessage(error)}`);
    }
    await this.#refreshProviders(timeoutSignal);
    this.#lookup = 'done';
    this.#schedule();
  }

  /**
   * Adds providers that became known since the transfer started. A package record may arrive shortly before the first
   * provider claim: while no provider is known at all, this waits for one.
   */
  async #refreshProviders(timeoutSignal: AbortSignal): Promise<void> {
    const { moreProviders } = this.#options;
    if (moreProviders === undefined) return;
    while (!this.isClosed) {
      for (const peer of moreProviders()) this.#addCandidate(peer);
      if (this.#knownPeers.size > 0 || timeoutSignal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, TICK_INTERVAL_MS));
    }
  }

  #addCandidate(peer: string): void {
    if (this.#knownPeers.has(peer)) return;
    this.#knownPeers.add(peer);
    this.#candidates.push(newCandidate(peer));
  }

  readonly #onNodeStopped = (): void => {
    this.#fail(
      new GgenError('NodeNotRunning', 'The node was stopped while the package was fetched. Start it and try again.'),
    );
  };

  #fail(error: unknown): void {
    this.#failed.reject(error);
    this.close();
  }
}

function newCandidate(peer: string): ProviderCandidate {
  return { peer, failureCount: 0, busyCount: 0, retryAt: 0 };
}

function scopeOf({ cid, followLinks }: TreeBlock, below: 'nodes' | 'tree'): 'block' | 'nodes' | 'tree' {
  return followLinks && cid.code === DAG_PB ? below : 'block';
}

function isAvailableFrom({ requests, peersWithout }: TreeBlock, peer: string): boolean {
  return !peersWithout.has(peer) && [...requests].every((request) => request.peer !== peer);
}
