import type { DatabaseSync } from 'node:sqlite';
import semver from 'semver';

/**
 * Different version lists whose answer for the last range is cached. All are dropped together, because the next range makes
 * them useless: an order of use would cost more than it saves.
 */
const MAX_CACHED_ANSWERS = 10_000;

/** Registers SQL functions that need JavaScript: `offers(versions, range)` is 1 when a version satisfies the range. */
export function registerFunctions(sqlite: DatabaseSync): void {
  let answers = new Map<string, number>();
  let lastRange: string | undefined;
  sqlite.function('offers', { deterministic: true }, (versions, range) => {
    if (typeof versions !== 'string' || typeof range !== 'string') return 0;
    if (range !== lastRange || answers.size > MAX_CACHED_ANSWERS) answers = new Map();
    lastRange = range;
    // Most packages have few releases, and many have the same versions: `1.0.0`, `0.1.0`.
    let answer = answers.get(versions);
    if (answer === undefined) {
      answer = versions.split(' ').some((version) => semver.satisfies(version, range)) ? 1 : 0;
      answers.set(versions, answer);
    }
    return answer;
  });
}
