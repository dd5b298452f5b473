import ignore, { type Ignore } from 'ignore';
import { parsePatterns } from './ignore-patterns.ts';

/** Texts of the ignore files of one folder; undefined for those that do not exist. */
export interface IgnoreFiles {
  readonly gitignore?: string | undefined;
  readonly ggenignore?: string | undefined;
}

/** Patterns in order of precedence: a later layer overrides an earlier one. */
interface LayeredPatterns {
  readonly git: readonly string[];
  readonly manifest: readonly string[];
  readonly ggen: readonly string[];
}

/**
 * Decides which entries of a tree are ignored, by git's rules: the last matching pattern from the root down to the
 * entry's folder decides, and nothing in an ignored folder is included again. A .ggenignore overrides the manifest's
 * `exclude`, which overrides a .gitignore. Matching is case-sensitive on every system, so that a project has the same
 * release everywhere.
 */
export class IgnoreRules {
  readonly #patterns: LayeredPatterns;
  readonly #matcher: Ignore;
  #publishMatcher: Ignore | undefined;
  /** Path of the tree's root from the patterns' root, ending in a slash; empty when the two are the same. */
  readonly #base: string;

  constructor(patterns: LayeredPatterns, base: string) {
    this.#patterns = patterns;
    this.#base = base;
    this.#matcher = matcherOf([...patterns.git, ...patterns.manifest, ...patterns.ggen]);
  }

  /** Number of patterns. */
  get size(): number {
    return this.#patterns.git.length + this.#patterns.manifest.length + this.#patterns.ggen.length;
  }

  /** Whether an entry is ignored, provided that its folder is not. `path` is relative to the tree. */
  ignores(path: string, folder: boolean): boolean {
    return this.#matcher.ignores(this.#base + path + (folder ? '/' : ''));
  }

  /**
   * Whether the manifest or a .ggenignore excludes an entry. Git's ignore files do not apply to files that git tracks.
   */
  excludes(path: string, folder: boolean): boolean {
    this.#publishMatcher ??= matcherOf([...this.#patterns.manifest, ...this.#patterns.ggen]);
    return this.#publishMatcher.ignores(this.#base + path + (folder ? '/' : ''));
  }

  /** The rules inside a folder of the tree that has these ignore files. */
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

function matcherOf(patterns: readonly string[]): Ignore {
  return ignore({ ignorecase: false }).add(patterns.map((pattern) => ({ pattern })));
}
