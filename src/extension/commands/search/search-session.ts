import type { CallOptions } from '../../../shared/api/index.ts';
import { isAbort } from '../../../shared/errors.ts';
import type { SearchQuery, SearchResults } from '../../../shared/model.ts';

/** Runs one query; each progress report has the whole ranked list so far. */
export type RunSearch = (query: SearchQuery, options: CallOptions<SearchResults>) => Promise<SearchResults>;

/** Receives the results. `text` is the query that they belong to. */
export interface SearchView {
  busy(busy: boolean): void;
  /** @param final whether the query has finished */
  show(text: string, results: SearchResults, final: boolean): void;
  fail(text: string, error: unknown): void;
}

/** Search as the user types: debounces the input, cancels the previous query, and drops its late results. */
export class SearchSession {
  readonly #runSearch: RunSearch;
  readonly #view: SearchView;
  readonly #debounceMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: AbortController | undefined;

  /** @param debounceMs pause in typing before a query starts, in milliseconds */
  constructor(runSearch: RunSearch, view: SearchView, debounceMs = 120) {
    this.#runSearch = runSearch;
    this.#view = view;
    this.#debounceMs = debounceMs;
  }

  /** Set the text. @param now whether to search without waiting for a pause */
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
