import { PatternMatcher } from './pattern-matcher.ts';
import { parsePatterns } from './ignore-patterns.ts';
import type { IgnorePattern } from './ignore-patterns.ts';

/** Texts of the ignore files of one folder; undefined for those that do not exist. */
export interface IgnoreFiles {
  readonly gitignore?: string | undefined;
  readonly ggenignore?: string | undefined;
}

/** Patterns in order of precedence: a later layer overrides an earlier one. */
interface LayeredPatterns {
  readonly git: readonly IgnorePattern[];
  readonly manifest: readonly IgnorePattern[];
  readonly ggen: readonly IgnorePattern[];
}

/**
 * Decides which entries of a tree are ignored, by git's rules: the last matching pattern from the root down to the
 * entry's folder decides, and nothing in an ignored folder is included again. A .ggenignore overrides the manifest's
 * `exclude`, which overrides a .gitignore. Matching is case-sensitive on every system, so that a project has the same
 * release everywhere.
 */
export class IgnoreRules {
  readonly #patterns: LayeredPatterns;
  readonly #matcher: PatternMatcher;
  #publishMatcher: PatternMatcher | undefined;
  /** Path of the tree's root from the patterns' root, ending in a slash; empty when the two are the same. */
  readonly base: string;

  constructor(patterns: LayeredPatterns, base: string) {
    this.#patterns = patterns;
    this.base = base;
    this.#matcher = new PatternMatcher([...patterns.git, ...patterns.manifest, ...patterns.ggen]);
  }

  /** Number of patterns. */
  get size(): number {
    return this.#patterns.git.length + this.#patterns.manifest.length + this.#patterns.ggen.length;
  }

  /**
   * The pattern that ignores an entry, provided that its folder is not ignored; undefined when none does. `path` is
   * relative to the tree.
   */
  ignoring(path: string, folder: boolean): IgnorePattern | undefined {
    return this.#matcher.match(this.base + path + (folder ? '/' : ''));
  }

  /**
   * The pattern of the manifest or a .ggenignore that excludes an entry. Git's ignore files do not apply to files that
   * git tracks.
   */
  excluding(path: string, folder: boolean): IgnorePattern | undefined {
    this.#publishMatcher ??= new PatternMatcher([...this.#patterns.manifest, ...this.#patterns.ggen]);
    return this.#publishMatcher.match(this.base + path + (folder ? '/' : ''));
  }

  /** These rules and further patterns of git's layer. */
  with(git: readonly IgnorePattern[]): IgnoreRules {
    return new IgnoreRules({ ...this.#patterns, git: [...this.#patterns.git, ...git] }, this.base);
  }

  /** The rules inside a folder of the tree that has these ignore files. */
  forFolder(folder: string, files: IgnoreFiles): IgnoreRules {
    if (files.gitignore === undefined && files.ggenignore === undefined) return this;
    const folderPath = (this.base + folder).replace(/\/$/, '');
    return new IgnoreRules(
      {
        git: [...this.#patterns.git, ...parsePatterns(files.gitignore ?? '', folderPath, '.gitignore')],
        manifest: this.#patterns.manifest,
        ggen: [...this.#patterns.ggen, ...parsePatterns(files.ggenignore ?? '', folderPath, '.ggenignore')],
      },
      this.base,
    );
  }
}
