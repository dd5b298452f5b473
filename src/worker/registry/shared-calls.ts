import { raceSignal } from '../../shared/async.ts';

/** Work that is running, and the callers that wait for it. */
interface SharedCall<Result, Progress> {
  readonly result: Promise<Result>;
  readonly abortController: AbortController;
  readonly listeners: Set<(progress: Progress) => void>;
  latest: { readonly progress: Progress } | undefined;
  waiters: number;
}

export interface SharedCallOptions<Progress> {
  /** Ends the wait of this caller only. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Runs equal calls once while the first is running. Each caller waits and cancels independently; the work is canceled when
 * its last caller has canceled. A caller that joins gets the newest progress at once.
 */
export class SharedCalls<Result, Progress = never> {
  readonly #calls = new Map<string, SharedCall<Result, Progress>>();

  /** Number of calls that are running. */
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
      // Wrapped, because a set would keep only one of two callers that pass the same function.
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
    // Starts in a later microtask, so that the first caller listens before the first progress.
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
