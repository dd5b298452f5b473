import { posix } from 'node:path';
import { Minimatch } from 'minimatch';
import { parsePattern } from '../../../ignore/ignore-patterns.ts';

/** A glob of Python: `*` stays in its folder, `**` does not; there are no braces. */
export class PathGlob {
  readonly #matcher: Minimatch;

  /**
   * @param glob relative to the package, with forward slashes
   * @param hidden whether `*` matches names that begin with a dot
   * @throws GgenError InvalidRequest for a glob that takes too long to match
   */
  constructor(glob: string, hidden = true) {
    parsePattern({ written: glob }, '');
    const normal = posix.normalize(glob.normalize('NFC')).replace(/^(?:\.\/)+|\/$/g, '');
    const options = {
      dot: hidden,
      nobrace: true,
      noext: true,
      nonegate: true,
      nocomment: true,
      platform: 'linux',
    } as const;
    this.#matcher = new Minimatch(normal, options);
  }

  /** Whether the glob matches the path itself. */
  matches(path: string): boolean {
    return this.#matcher.match(path);
  }

  /** Whether it matches the path or a folder that contains it. */
  matchesTree(path: string): boolean {
    for (let at = path; at !== '.' && at !== ''; at = posix.dirname(at)) if (this.#matcher.match(at)) return true;
    return false;
  }

  /** Whether it may match something below a folder. */
  reaches(folder: string): boolean {
    return this.#matcher.match(folder, true) || this.matchesTree(folder);
  }
}
