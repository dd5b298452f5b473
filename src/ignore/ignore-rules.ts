import ignore, { type Ignore } from 'ignore';
import { parsePatterns } from './ignore-patterns.ts';

/** The ignore files of one folder: their texts, where they exist. */
export interface IgnoreFiles {
  readonly gitignore?: string | undefined;
  readonly ggenignore?: string | undefined;
}

/** Patterns by strength: what comes later overrides what comes before. */
interface LayeredPatterns {
  readonly git: readonly string[];
  readonly manifest: readonly string[];
  readonly ggen: readonly string[];
}

/**
 * Which entries of a tree the ignore files leave out, with the meaning that git gives them: of all patterns from the
 * root down to an entry's folder the last one that matches decides, and nothing is taken back inside a folder that is
 * left out. Every .ggenignore is stronger than the manifest's `exclude`, and that is stronger than every .gitignore.
 * Case counts on every system, so that one project gives one release.
 */
export class IgnoreRules {
  readonly #patterns: LayeredPatterns;
  readonly #matcher: Ignore;
  /** The tree's root as the patterns see it, ending in a slash; empty where the two are the same. */
  readonly #base: string;

  constructor(patterns: LayeredPatterns, base: string) {
    this.#patterns = patterns;
    this.#base = base;
    const all = [...patterns.git, ...patterns.manifest, ...patterns.ggen];
    this.#matcher = ignore({ ignorecase: false }).add(all.map((pattern) => ({ pattern })));
  }

  /** Number of patterns in force. */
  get size(): number {
    return this.#patterns.git.length + this.#patterns.manifest.length + this.#patterns.ggen.length;
  }

  /** Whether to leave out an entry; its folder must not have been left out already. `path` is relative to the tree. */
  ignores(path: string, folder: boolean): boolean {
    return this.#matcher.ignores(this.#base + path + (folder ? '/' : ''));
  }

  /** The rules inside a folder of the tree, given its ignore files. */
  forFolder(folder: string, files: IgnoreFiles): IgnoreRules {
    if (files.gitignore === undefined && files.ggenignore === undefined) return this;
    const folderPath = (this.#base + folder).replace(/\/$/, '');
    return new IgnoreRules(
      {
        git: [...this.#patterns.git, ...parsePatterns(files.gitignore ?? '', folderPath)],
        manifest: this.#patterns.manifest,
        ggen: [...this.#patterns.ggen, ...parsePatterns(files.ggenignore ?? '', folderPath)],
      },
      this.#base,
    );
  }
}
