import type { PackageSummary, SearchResults } from '../../../shared/model.ts';

/** Packages of one page; a page that is full has another one behind it, perhaps. */
export const SEARCH_PAGE_SIZE = 50;

/**
 * The pages of one search as one list. The first page changes while answers come in; later ones are read once, below
 * it. What moved from one page to another in between is listed once.
 */
export class ResultPages {
  #first: SearchResults | undefined;
  readonly #later: PackageSummary[] = [];
  #laterPageCount = 0;
  #mayHaveMore = false;

  /** The first page as it now is. */
  first(results: SearchResults): void {
    this.#first = results;
    if (this.#laterPageCount === 0) this.#mayHaveMore = results.packages.length >= SEARCH_PAGE_SIZE;
  }

  /** The next page below. */
  add({ packages }: SearchResults): void {
    this.#later.push(...packages);
    this.#laterPageCount++;
    this.#mayHaveMore = packages.length >= SEARCH_PAGE_SIZE;
  }

  /** What to leave out when the next page is asked for. */
  get offset(): number {
    return SEARCH_PAGE_SIZE * (this.#laterPageCount + 1);
  }

  get mayHaveMore(): boolean {
    return this.#mayHaveMore;
  }

  /** How the first page came about, with the packages of all; undefined before the first. */
  get results(): SearchResults | undefined {
    if (this.#first === undefined) return undefined;
    const all = [...this.#first.packages, ...this.#later];
    return { ...this.#first, packages: [...new Map(all.map((summary) => [summary.id, summary])).values()] };
  }
}
