import type { CallOptions } from '../../../shared/api/index.ts';
import { isAbort } from '../../../shared/errors.ts';
import type { SearchQuery, SearchResults } from '../../../shared/model.ts';

/** Puts one question; each progress report is the whole ranked list so far. */
export type RunSearch = (query: SearchQuery, options: CallOptions<SearchResults>) => Promise<SearchResults>;

/** Where answers are shown. `text` is the question that an answer belongs to. */
export interface SearchView {
  busy(busy: boolean): void;
  /** `final`: no more will come for this question. */
  show(text: string, results: SearchResults, final: boolean): void;
  fail(text: string, error: unknown): void;
}

/**
 * Searching while somebody types: waits for a pause, cancels the question before, and shows only answers to the newest
 * one, however late the others come.
 */
export class SearchSession {
  readonly #runSearch: RunSearch;
  readonly #view: SearchView;
  readonly #debounceMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: AbortController | undefined;

  /** @param debounceMs of typing before a question is put, in milliseconds */
  constructor(runSearch: RunSearch, view: SearchView, debounceMs = 120) {
    this.#runSearch = runSearch;
    this.#view = view;
    this.#debounceMs = debounceMs;
  }

  /** The text is now this. `now`: without waiting for a pause. */
  input(text: string, now = false): void {
    this.#cancel();
    this.#view.busy(true);
    this.#timer = setTimeout(() => void this.#search(text.trim()), now ? 0 : this.#debounceMs);
  }

  dispose(): void {
    this.#cancel();
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = undefined;
  }

  async #search(text: string): Promise<void> {
    const controller = new AbortController();
    this.#running = controller;
    const { signal } = controller;
    try {
      const onProgress = (results: SearchResults): void => {
        if (!signal.aborted) this.#view.show(text, results, false);
      };
      const results = await this.#runSearch({ text }, { signal, onProgress });
      if (!signal.aborted) this.#view.show(text, results, true);
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) this.#view.fail(text, error);
    } finally {
      if (!signal.aborted) this.#view.busy(false);
    }
  }
}
