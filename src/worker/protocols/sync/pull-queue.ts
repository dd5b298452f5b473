import type { PeerId } from '@libp2p/interface';
import { errorMessage } from '../../../shared/errors.ts';
import type { Logger } from '../../logging/logger.ts';
import { MAX_PARALLEL_PULLS, MAX_PORTIONS, RETRY_BACKOFF_MS, SYNC_INTERVAL_MS } from './limits.ts';

export interface PullQueueOptions {
  /** Pulls one portion; returns whether the peer has more. */
  readonly pullPortion: (peer: PeerId) => Promise<boolean>;
  /** Whether the peer is connected and may be asked. */
  readonly isEligible: (peer: PeerId) => boolean;
  readonly log: Pick<Logger, 'debug'>;
}

/** Pulls from peers, each once at a time and a few in parallel, and retries a session that was interrupted. */
export class PullQueue {
  readonly #options: PullQueueOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting: PeerId[] = [];
  /** Peers whose last session was interrupted: how often in a row, and the timer of the retry. */
  readonly #interrupted = new Map<string, { failures: number; timer: NodeJS.Timeout }>();

  constructor(options: PullQueueOptions) {
    this.#options = options;
  }

  /** Pulls from a peer when its turn comes, unless it is queued or running already. */
  enqueue(peer: PeerId): void {
    const id = peer.toString();
    if (this.#running.has(id) || this.#waiting.some((one) => one.equals(peer)) || !this.#options.isEligible(peer))
      return;
    this.#waiting.push(peer);
    this.#startNext();
  }

  /** Pulls from a peer, and resolves when that has ended. */
  async pull(peer: PeerId): Promise<void> {
    this.enqueue(peer);
    while (this.#waiting.some((one) => one.equals(peer))) await Promise.race(this.#running.values());
    await this.#running.get(peer.toString());
  }

  /** Resolves when no session runs any more, or when `signal` has fired and one session ended. */
  async onIdle(signal: AbortSignal): Promise<void> {
    while (this.#running.size > 0 && !signal.aborted) await Promise.race(this.#running.values());
  }

  /** Starts no session any more, and resolves when the running ones have ended. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    for (const { timer } of this.#interrupted.values()) clearTimeout(timer);
    this.#interrupted.clear();
    await Promise.all(this.#running.values());
  }

  #startNext(): void {
    while (this.#running.size < MAX_PARALLEL_PULLS) {
      const peer = this.#waiting.shift();
      if (peer === undefined) return;
      if (this.#options.isEligible(peer)) this.#start(peer);
    }
  }

  #start(peer: PeerId): void {
    const id = peer.toString();
    const session = this.#pullAll(peer)
      .then(() => {
        this.#interrupted.delete(id);
      })
      .catch((error: unknown) => {
        if (!this.#options.isEligible(peer)) return;
        this.#options.log.debug(`Syncing with peer ${id} was interrupted: ${errorMessage(error)}`);
        this.#retry(peer);
      })
      .finally(() => {
        this.#running.delete(id);
        this.#startNext();
      });
    this.#running.set(id, session);
  }

  async #pullAll(peer: PeerId): Promise<void> {
    const { isEligible, pullPortion } = this.#options;
    for (let portion = 0; portion < MAX_PORTIONS && isEligible(peer); portion++) {
      if (!(await pullPortion(peer))) return;
    }
  }

  /**
   * The session was interrupted, but the peer is connected: one of two connections closed, for which libp2p emits no event.
   * The next round would be minutes away.
   */
  #retry(peer: PeerId): void {
    const id = peer.toString();
    const before = this.#interrupted.get(id);
    clearTimeout(before?.timer);
    const failures = (before?.failures ?? 0) + 1;
    const timer = setTimeout(
      () => {
        if (this.#options.isEligible(peer)) this.enqueue(peer);
        else this.#interrupted.delete(id);
      },
      Math.min(RETRY_BACKOFF_MS * 2 ** failures, SYNC_INTERVAL_MS),
    );
    timer.unref();
    this.#interrupted.set(id, { failures, timer });
  }
}
