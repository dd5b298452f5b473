import { unlessAborted } from '../../shared/waiting.ts';

/** A question that is under way, and who waits for its answer. */
interface Running<Result, Progress> {
  readonly answer: Promise<Result>;
  readonly stop: AbortController;
  readonly listeners: Set<(progress: Progress) => void>;
  newest: { readonly progress: Progress } | undefined;
  waiting: number;
}

export interface SharedCallOptions<Progress> {
  /** The caller's own: it ends the waiting of this caller alone. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Asks equal questions once while the first is under way. Each caller waits and cancels for itself; the work is cancelled
 * when the last one has gone. Who comes late gets the newest progress at once.
 */
export class SharedCalls<Result, Progress = never> {
  readonly #running = new Map<string, Running<Result, Progress>>();

  /** Questions that are under way. */
  get size(): number {
    return this.#running.size;
  }

  async run(
    key: string,
    work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Result>,
    { signal, onProgress }: SharedCallOptions<Progress>,
  ): Promise<Result> {
    signal.throwIfAborted();
    const running = this.#running.get(key) ?? this.#start(key, work);
    running.waiting++;
    if (onProgress !== undefined) {
      // Each caller is one listener, even where two callers gave the same function.
      const listener = (progress: Progress): void => {
        onProgress(progress);
      };
      running.listeners.add(listener);
      if (running.newest !== undefined) listener(running.newest.progress);
      return this.#wait(key, running, signal).finally(() => running.listeners.delete(listener));
    }
    return this.#wait(key, running, signal);
  }

  #start(
    key: string,
    work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Result>,
  ): Running<Result, Progress> {
    const stop = new AbortController();
    const listeners = new Set<(progress: Progress) => void>();
    const report = (progress: Progress): void => {
      running.newest = { progress };
      for (const listener of listeners) listener(progress);
    };
    // Begun a moment later, so that whoever asked listens before there is anything to hear.
    const answer = Promise.resolve()
      .then(() => work(stop.signal, report))
      .finally(() => {
        this.#forget(key, running);
      });
    answer.catch(() => undefined);
    const running: Running<Result, Progress> = { answer, stop, listeners, newest: undefined, waiting: 0 };
    this.#running.set(key, running);
    return running;
  }

  async #wait(key: string, running: Running<Result, Progress>, signal: AbortSignal): Promise<Result> {
    try {
      return await unlessAborted(running.answer, signal);
    } finally {
      running.waiting--;
      if (running.waiting === 0) {
        this.#forget(key, running);
        running.stop.abort();
      }
    }
  }

  #forget(key: string, running: Running<Result, Progress>): void {
    if (this.#running.get(key) === running) this.#running.delete(key);
  }
}
