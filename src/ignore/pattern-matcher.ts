import ignore, { type Ignore } from 'ignore';
import type { IgnorePattern } from './ignore-patterns.ts';

/** Matches paths with a list of patterns in git's syntax. Case-sensitive. */
export class PatternMatcher {
  readonly #patterns: readonly IgnorePattern[];
  readonly #matcher: Ignore;

  /** @param patterns relative to the root; a later one overrides an earlier one */
  constructor(patterns: readonly IgnorePattern[]) {
    this.#patterns = patterns;
    // The mark of a rule leads back to its pattern.
    this.#matcher = ignore({ ignorecase: false }).add(
      patterns.map(({ pattern }, index) => ({ pattern, mark: String(index) })),
    );
  }

  /** The pattern that decides that a path is ignored; undefined when it is not. A folder's path ends with a slash. */
  match(path: string): IgnorePattern | undefined {
    if (this.#patterns.length === 0) return undefined;
    const { ignored, rule } = this.#matcher.test(path);
    return ignored ? this.#patterns[Number(rule?.mark)] : undefined;
  }
}
