import { GgenError, errorName } from '../../shared/errors.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import { openBlockSource } from '../transfer/transfer.ts';
import type { BlockSource } from '../transfer/transfer.ts';
import type { Network } from '../protocols/network.ts';
import { TransferTally } from '../reputation/transfer-tally.ts';
import type { RegistryContext } from '../registry/context.ts';
import { rankedProviders } from '../transfer/fetch-content.ts';

/** A release to read: what is known of it besides its content root decides whom to ask first. */
export interface ReadableRelease {
  readonly root: string;
  readonly package?: { readonly publisher: string; readonly name: string };
}

/** What reading works with. */
export interface ReadContext extends Pick<
  RegistryContext,
  'blocks' | 'catalog' | 'peerReputation' | 'loggers' | 'network' | 'settings'
> {
  readonly retention: Pick<RegistryContext['retention'], 'lease'>;
}

/** How long a session that nobody uses is kept: whoever reads one file soon reads the next. */
const IDLE_TIMEOUT_MS = 30_000;
/** Sessions kept warm; the one used longest ago goes first. */
export const MAX_READ_SESSIONS = 8;

/** Where blocks of one release come from, and what its peers did meanwhile. */
class ReadSession {
  readonly network: Network | undefined;
  readonly #release: ReadableRelease;
  readonly #context: ReadContext;
  readonly #source: BlockSource;
  readonly #tally = new TransferTally();
  readonly #releaseLease: () => void;
  users = 0;
  idleTimer: NodeJS.Timeout | undefined;
  #busySince = 0;
  #busyMs = 0;

  constructor(context: ReadContext, release: ReadableRelease) {
    this.#context = context;
    this.#release = release;
    this.network = context.network();
    this.#releaseLease = context.retention.lease(release.root);
    this.#source = openBlockSource(parseRootCid(release.root), {
      store: context.blocks,
      network: this.network?.blocks,
      providers: release.package === undefined ? [] : rankedProviders(context, release.package),
      onSuccess: (peer, responseTime, bytes) => {
        this.#tally.recordBlock(peer, responseTime, bytes);
      },
      onFailure: (peer, kind) => {
        this.#tally.recordFailure(peer, kind);
      },
      log: context.loggers('read'),
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
    if (packageRef !== undefined) this.#tally.commit(this.#context.peerReputation, packageRef, this.#busyMs);
  }
}

/**
 * Sessions for reading releases block by block: opened by the first question about a release, kept warm for a while
 * after the last, held against garbage collection as long as they are open. A session counts once for a peer, as a
 * transfer does.
 */
export class ReadSessions {
  readonly #context: ReadContext;
  /** By content root; the one used longest ago first. */
  readonly #sessions = new Map<string, ReadSession>();

  constructor(context: ReadContext) {
    this.#context = context;
  }

  /** @throws GgenError ContentUnavailable, NodeNotRunning, RecordInvalid, and what `work` throws */
  async use<T>(release: ReadableRelease, work: (source: Pick<BlockSource, 'get'>) => Promise<T>): Promise<T> {
    const session = this.#open(release);
    session.enter();
    try {
      return await work(session);
    } catch (error) {
      // Whom a session asks may be out of date: the next question begins a new one.
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
    const session = known?.network === this.#context.network() ? known : undefined;
    const current = session ?? new ReadSession(this.#context, release);
    this.#sessions.delete(root);
    this.#sessions.set(root, current);
    // A session of a node that was stopped meanwhile ends with its last user.
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
    if (errorName(error) !== 'ContentUnavailable' || this.#context.network() !== undefined) return error;
    return new GgenError(
      'NodeNotRunning',
      'This part of the package is not on this machine, and the node is not running. Start the node to fetch it from peers.',
      { cause: error },
    );
  }
}
