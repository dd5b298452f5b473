import { raceSignal } from '../../shared/async.ts';

/** A question that is under way, and who waits for its answer. */
interface SharedCall<Result, Progress> {
  readonly result: Promise<Result>;
  readonly abortController: AbortController;
  readonly listeners: Set<(progress: Progress) => void>;
  latest: { readonly progress: Progress } | undefined;
  waiters: number;
}

export interface SharedCallOptions<Progress> {
  /** The caller's own: it ends the waiting of this caller alone. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Asks equal questions once while the first is under way. Each caller waits and cancels for itself; the work is canceled
 * when the last one has gone. Who comes late gets the newest progress at once.
 */
export class SharedCalls<Result, Progress = never> {
  readonly #calls = new Map<string, SharedCall<Result, Progress>>();

  /** Questions that are under way. */
  get size(): number {
    return this.#calls.size;
  }

  async run(
    key: string,
    work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Result>,
    { signal, onProgress }: SharedCallOptions<Progress>,
  ): Promise<Result> {
    signal.throwIfAborted();
    const running = this.#calls.get(key) ?? this.#start(key, work);
    running.waiters++;
    if (onProgress !== undefined) {
      // Each caller is one listener, even where two callers gave the same function.
      const listener = (progress: Progress): void => {
        onProgress(progress);
      };
      running.listeners.add(listener);
      if (running.latest !== undefined) listener(running.latest.progress);
      return this.#wait(key, running, signal).finally(() => running.listeners.delete(listener));
    }
    return this.#wait(key, running, signal);
  }

  #start(
    key: string,
    work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Result>,
  ): SharedCall<Result, Progress> {
    const abortController = new AbortController();
    const listeners = new Set<(progress: Progress) => void>();
    const report = (progress: Progress): void => {
      running.latest = { progress };
      for (const listener of listeners) listener(progress);
    };
    // Begun a moment later, so that whoever asked listens before there is anything to hear.
    const result = Promise.resolve()
      .then(() => work(abortController.signal, report))
      .finally(() => {
        this.#remove(key, running);
      });
    result.catch(() => undefined);
    const running: SharedCall<Result, Progress> = { result, abortController, listeners, latest: undefined, waiters: 0 };
    this.#calls.set(key, running);
    return running;
  }

  async #wait(key: string, running: SharedCall<Result, Progress>, signal: AbortSignal): Promise<Result> {
    try {
      return await raceSignal(running.result, signal);
    } finally {
      running.waiters--;
      if (running.waiters === 0) {
        this.#remove(key, running);
        running.abortController.abort();
      }
    }
  }

  #remove(key: string, running: SharedCall<Result, Progress>): void {
    if (this.#calls.get(key) === running) this.#calls.delete(key);
  }
}
