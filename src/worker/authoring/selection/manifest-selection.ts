import { posix } from 'node:path';
import { parsePattern } from '../../../ignore/ignore-patterns.ts';
import { PatternMatcher } from '../../../ignore/pattern-matcher.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { FileSelection, PackDecision } from './file-selection.ts';
import { excludedBy, packedBy } from './file-selection.ts';
import { manifestFolder } from './manifest-folder.ts';
import { PatternRules, RULES } from './pack-rules.ts';

/** Always included, because a package is not usable without them. */
const ALWAYS_INCLUDED_FILE = /^(?:readme|licen[cs]e|copying|notice|changelog)(?:[.-].*)?$/i;

/** The files that the manifest's `include` names; without it, all files that no rule excludes. */
export class ManifestSelection implements FileSelection {
  readonly gitignore = true;
  readonly hasOwnList = false;
  readonly replacesDefaults = false;
  readonly #manifest: Manifest | undefined;
  readonly #folder: string;
  readonly #include: PatternMatcher | undefined;
  readonly #rules = new PatternRules('', 'included by the pattern');

  constructor(manifest: Manifest | undefined) {
    this.#manifest = manifest;
    this.#folder = manifest === undefined ? '' : manifestFolder(manifest);
    const patterns = manifest?.include?.flatMap(({ value, line }) =>
      parsePattern({ written: value, file: manifest.path, line }, this.#folder),
    );
    this.#include = patterns && new PatternMatcher(patterns);
  }

  folder(): PackDecision {
    return packedBy(RULES.byDefault);
  }

  file(path: string): PackDecision {
    if (path === this.#manifest?.path) return packedBy(RULES.manifest);
    if (this.#include === undefined) return packedBy(RULES.byDefault);
    if (path === this.#manifest?.readme) return packedBy(RULES.readme);
    const pattern = this.#include.match(path);
    if (pattern !== undefined) return packedBy(this.#rules.of(pattern));
    return this.#isAlwaysIncluded(path) ? packedBy(RULES.always) : excludedBy(RULES.notIncluded);
  }

  #isAlwaysIncluded(path: string): boolean {
    const place = posix.dirname(path);
    return (place === '.' ? '' : place) === this.#folder && ALWAYS_INCLUDED_FILE.test(posix.basename(path));
  }
}
