import type { PackageSummary, SearchResults } from '../../../shared/model.ts';

/** Packages per page; after a full page there can be another one. */
export const SEARCH_PAGE_SIZE = 50;

/**
 * The pages of one search as one list. The first page is updated while peers answer; later pages are loaded once and
 * appended. A package that moves to another page in between is listed once.
 */
export class ResultPages {
  #first: SearchResults | undefined;
  readonly #later: PackageSummary[] = [];
  #laterPageCount = 0;
  #mayHaveMore = false;

  /** Replace the first page. */
  first(results: SearchResults): void {
    this.#first = results;
    if (this.#laterPageCount === 0) this.#mayHaveMore = results.packages.length >= SEARCH_PAGE_SIZE;
  }

  /** Append a page. */
  add({ packages }: SearchResults): void {
    this.#later.push(...packages);
    this.#laterPageCount++;
    this.#mayHaveMore = packages.length >= SEARCH_PAGE_SIZE;
  }

  /** Offset of the next page. */
  get offset(): number {
    return SEARCH_PAGE_SIZE * (this.#laterPageCount + 1);
  }

  get mayHaveMore(): boolean {
    return this.#mayHaveMore;
  }

  /** The first page's results with the packages of all pages; undefined before the first answer. */
  get results(): SearchResults | undefined {
    if (this.#first === undefined) return undefined;
    const all = [...this.#first.packages, ...this.#later];
    return { ...this.#first, packages: [...new Map(all.map((summary) => [summary.id, summary])).values()] };
  }
}
