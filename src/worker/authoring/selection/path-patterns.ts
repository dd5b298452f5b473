import { posix } from 'node:path';
import { parsePattern } from '../../../ignore/ignore-patterns.ts';
import { Glob } from './glob.ts';

interface CompiledPattern<T> {
  readonly source: T;
  readonly glob: Glob;
  readonly isNegated: boolean;
  readonly isFolderOnly: boolean;
}

/** The pattern that decides about a path, and whether it begins with `!`. */
export interface PatternMatch<T> {
  readonly source: T;
  readonly isNegated: boolean;
}

/**
 * Matches paths as Cargo and Hatch do: with git's syntax, but the path itself and then its folders from the inside out,
 * so that a pattern with `!` brings back a file of an excluded folder. After `matched_path_or_any_parents` of the crate
 * `ignore`: https://docs.rs/ignore/latest/ignore/gitignore/struct.Gitignore.html
 */
export class PathPatterns<T extends { readonly value: string }> {
  readonly #patterns: readonly CompiledPattern<T>[];
  readonly #folders = new Map<string, PatternMatch<T> | undefined>();

  /** @throws GgenError InvalidRequest for a pattern that takes too long to match */
  constructor(patterns: readonly T[]) {
    this.#patterns = patterns.flatMap(compile);
  }

  file(path: string): PatternMatch<T> | undefined {
    return this.#match(path, false) ?? this.folder(posix.dirname(path));
  }

  folder(path: string): PatternMatch<T> | undefined {
    if (path === '.' || path === '') return undefined;
    if (!this.#folders.has(path)) this.#folders.set(path, this.#match(path, true) ?? this.folder(posix.dirname(path)));
    return this.#folders.get(path);
  }

  #match(path: string, isFolder: boolean): PatternMatch<T> | undefined {
    return this.#patterns.findLast(({ glob, isFolderOnly }) => (isFolder || !isFolderOnly) && glob.matches(path));
  }
}

function compile<T extends { readonly value: string }>(source: T): CompiledPattern<T>[] {
  if (parsePattern({ written: source.value }, '').length === 0) return [];
  const isNegated = source.value.startsWith('!');
  const written = source.value
    .slice(isNegated ? 1 : 0)
    .replace(/(?<!\\) +$/, '')
    .normalize('NFC');
  const isFolderOnly = written.endsWith('/');
  const body = isFolderOnly ? written.slice(0, -1) : written;
  const isAnywhere = !body.includes('/') && !body.startsWith('**/');
  const text = `${isAnywhere ? '**/' : ''}${body.replace(/^\//, '')}`;
  return [{ source, glob: new Glob(text, { braces: true }), isNegated, isFolderOnly }];
}
