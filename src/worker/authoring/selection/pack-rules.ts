import { posix } from 'node:path';
import type { IgnorePattern } from '../../../ignore/ignore-patterns.ts';
import type { PackRule } from '../../../shared/model.ts';
import { LOCK_FILE } from '../../install/lock/lock-file.ts';

/** Rules that are not written in a file. */
export const RULES = {
  byDefault: { text: 'no rule excludes it' },
  manifest: { text: 'the manifest' },
  readme: { text: 'the README that the manifest names' },
  always: { text: 'always included' },
  notIncluded: { text: 'no pattern of `include` matches it' },
  versionControl: { text: 'data of version control' },
  neverPublished: { text: 'never published: dependencies, or state of an editor or operating system' },
  staging: { text: 'left by an interrupted installation' },
  trackedFixture: { text: 'below node_modules, but tracked by git' },
  notTracked: { text: 'below node_modules, and not tracked by git' },
  installed: { text: `installed package, listed in ${LOCK_FILE}` },
  lockFile: { text: 'the manifest does not name it' },
  baseline: { text: 'list of accepted secrets, which the manifest does not name' },
} as const satisfies Record<string, PackRule>;

/** The rule that a pattern of an ignore file or of the manifest is. */
export class PatternRules {
  /** Path of the project's root from the patterns' root, ending in a slash; empty when the two are the same. */
  readonly #base: string;
  readonly #text: string;
  /** One object per pattern, because many entries share it. */
  readonly #rules = new Map<IgnorePattern, PackRule>();

  constructor(base: string, text: string) {
    this.#base = base;
    this.#text = text;
  }

  of(pattern: IgnorePattern): PackRule {
    const known = this.#rules.get(pattern);
    if (known !== undefined) return known;
    const { written, file, line } = pattern;
    const rule = {
      text: this.#text,
      pattern: written.trim(),
      ...(file === undefined ? {} : { path: posix.relative(this.#base, file) }),
      ...(line === undefined ? {} : { line }),
    };
    this.#rules.set(pattern, rule);
    return rule;
  }
}
