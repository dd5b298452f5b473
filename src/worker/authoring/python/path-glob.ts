import { posix } from 'node:path';
import { parsePattern } from '../../../ignore/ignore-patterns.ts';
import { Glob } from '../selection/glob.ts';

/** A glob of Python: `*` stays in its folder, `**` does not; there are no braces. */
export class PathGlob {
  readonly #glob: Glob;

  /**
   * @param glob relative to the package, with forward slashes
   * @param hidden whether `*` matches names that begin with a dot
   * @throws GgenError InvalidRequest for a glob that takes too long to match
   */
  constructor(glob: string, hidden = true) {
    parsePattern({ written: glob }, '');
    const normal = posix.normalize(glob.normalize('NFC')).replace(/^(?:\.\/)+|\/$/g, '');
    this.#glob = new Glob(normal, { hidden });
  }

  /** Whether the glob matches the path itself. */
  matches(path: string): boolean {
    return this.#glob.matches(path);
  }

  /** Whether it matches the path or a folder that contains it. */
  matchesTree(path: string): boolean {
    for (let at = path; at !== '.' && at !== ''; at = posix.dirname(at)) if (this.#glob.matches(at)) return true;
    return false;
  }

  /** Whether it may match something below a folder. */
  reaches(folder: string): boolean {
    return this.#glob.reaches(folder) || this.matchesTree(folder);
  }
}
