import { posix } from 'node:path';
import { Minimatch } from 'minimatch';
import { parsePattern } from '../../../ignore/ignore-patterns.ts';
import type { ManifestPattern } from '../manifest/manifest.ts';

const MATCHING = { dot: true, nonegate: true, nocomment: true, noext: true, platform: 'linux' } as const;

interface CargoPattern {
  readonly source: ManifestPattern;
  readonly matcher: Minimatch;
  readonly isNegated: boolean;
  readonly isFolderOnly: boolean;
}

/** The pattern that decides about a path, and whether it begins with `!`. */
export interface PatternMatch {
  readonly source: ManifestPattern;
  readonly isNegated: boolean;
}

/**
 * Matches paths as Cargo does: with git's syntax, but the path itself and then its folders from the inside out, so that
 * a pattern with `!` brings back a file of an excluded folder. After `matched_path_or_any_parents` of the crate
 * `ignore`: https://docs.rs/ignore/latest/ignore/gitignore/struct.Gitignore.html
 */
export class CargoPatterns {
  readonly #patterns: readonly CargoPattern[];
  readonly #folders = new Map<string, PatternMatch | undefined>();

  /** @throws GgenError InvalidRequest for a pattern that takes too long to match */
  constructor(patterns: readonly ManifestPattern[]) {
    this.#patterns = patterns.flatMap(compile);
  }

  file(path: string): PatternMatch | undefined {
    return this.#match(path, false) ?? this.folder(posix.dirname(path));
  }

  folder(path: string): PatternMatch | undefined {
    if (path === '.' || path === '') return undefined;
    if (!this.#folders.has(path)) this.#folders.set(path, this.#match(path, true) ?? this.folder(posix.dirname(path)));
    return this.#folders.get(path);
  }

  #match(path: string, isFolder: boolean): PatternMatch | undefined {
    return this.#patterns.findLast(({ matcher, isFolderOnly }) => (isFolder || !isFolderOnly) && matcher.match(path));
  }
}

function compile(source: ManifestPattern): CargoPattern[] {
  if (parsePattern({ written: source.value }, '').length === 0) return [];
  const isNegated = source.value.startsWith('!');
  const written = source.value
    .slice(isNegated ? 1 : 0)
    .replace(/(?<!\\) +$/, '')
    .normalize('NFC');
  const isFolderOnly = written.endsWith('/');
  const body = isFolderOnly ? written.slice(0, -1) : written;
  const isAnywhere = !body.includes('/') && !body.startsWith('**/');
  const glob = `${isAnywhere ? '**/' : ''}${body.replace(/^\//, '')}`;
  const matcher = new Minimatch(glob.endsWith('/**') ? `${glob}/*` : glob, MATCHING);
  return [{ source, matcher, isNegated, isFolderOnly }];
}
