import { posix } from 'node:path';
import type { PackRule } from '../../../shared/model.ts';
import type { ManifestPattern } from '../manifest/manifest.ts';
import type { FileSelection, OutsideFile, PackDecision } from '../selection/file-selection.ts';
import { excludedBy, packedBy } from '../selection/file-selection.ts';
import { PathGlob } from './path-glob.ts';

/** One step in the making of a file list: adds or removes the files that it matches. */
export interface ListStep {
  readonly packed: boolean;
  /** The rule for a path, if the step matches it. */
  readonly match: (path: string) => PackRule | undefined;
  /** Whether a step that adds files may match something below a folder. */
  readonly reaches: (folder: string) => boolean;
}

/** How a build tool lists the files of a source distribution. Paths are relative to the manifest. */
export interface FileListing {
  /** The last one that matches a file decides. */
  readonly steps: readonly ListStep[];
  /** Steps that add files although git's ignore files name them. */
  readonly explicit?: readonly ListStep[];
  readonly gitignore: boolean;
  /** The rule by which a folder is not entered. */
  readonly closed?: (folder: string) => PackRule | undefined;
  readonly outside?: readonly OutsideFile[];
  /** Called with the content of each folder that is entered. */
  readonly enter?: (folder: string, names: readonly string[]) => void;
}

/** The files of a source distribution. */
export class PythonSelection implements FileSelection {
  readonly gitignore: boolean;
  readonly hasOwnList: boolean;
  readonly replacesDefaults = true;
  readonly outside: readonly OutsideFile[];
  readonly #folder: string;
  readonly #listing: FileListing;

  /** @param folder of the manifest, relative to the project's root */
  constructor(folder: string, listing: FileListing) {
    this.#folder = folder;
    this.#listing = listing;
    this.gitignore = listing.gitignore;
    this.hasOwnList = !listing.gitignore;
    this.outside = (listing.outside ?? []).map((file) => ({ ...file, path: posix.join(folder, file.path) }));
  }

  folder(path: string): PackDecision {
    const inside = this.#relative(path);
    if (inside === undefined)
      return `${this.#folder}/`.startsWith(`${path}/`) ? packedBy(NOT_LISTED) : excludedBy(OUTSIDE);
    const closed = this.#listing.closed?.(inside);
    if (closed !== undefined) return excludedBy(closed);
    const isReached = this.#listing.steps.some(({ packed, reaches }) => packed && reaches(inside));
    return isReached ? packedBy(NOT_LISTED) : excludedBy(NOT_LISTED);
  }

  file(path: string): PackDecision {
    const inside = this.#relative(path);
    if (inside === undefined) return excludedBy(OUTSIDE);
    for (const { packed, match } of this.#listing.steps.toReversed()) {
      const rule = match(inside);
      if (rule !== undefined) return { packed, rule };
    }
    return excludedBy(NOT_LISTED);
  }

  exempts(path: string, isFolder: boolean): boolean {
    const inside = this.#relative(path);
    if (inside === undefined) return false;
    const steps = this.#listing.explicit ?? [];
    return steps.some(({ match, reaches }) => (isFolder ? reaches(inside) : match(inside) !== undefined));
  }

  enter(path: string, _absolutePath: string, names: readonly string[]): Promise<undefined> {
    const inside = path === this.#folder ? '' : this.#relative(path);
    if (inside !== undefined) this.#listing.enter?.(inside, names);
    return Promise.resolve(undefined);
  }

  /** Path relative to the manifest; undefined outside of its folder. */
  #relative(path: string): string | undefined {
    if (this.#folder === '') return path;
    return path.startsWith(`${this.#folder}/`) ? path.slice(this.#folder.length + 1) : undefined;
  }
}

const NOT_LISTED: PackRule = { text: 'not part of the source distribution' };
const OUTSIDE: PackRule = { text: 'outside the folder of pyproject.toml' };

/** A step whose globs match files, or with `tree` also all files of a folder. */
export function globStep(
  packed: boolean,
  globs: readonly { readonly glob: string; readonly rule: PackRule }[],
  { tree = false, hidden = true }: { readonly tree?: boolean; readonly hidden?: boolean } = {},
): ListStep {
  const compiled = globs.map(({ glob, rule }) => ({ glob: new PathGlob(glob, hidden), rule }));
  return {
    packed,
    match: (path) => compiled.find(({ glob }) => (tree ? glob.matchesTree(path) : glob.matches(path)))?.rule,
    reaches: (folder) => compiled.some(({ glob }) => glob.reaches(folder)),
  };
}

/** Globs of the manifest, with the rule that names their key and line. */
export function manifestGlobs(
  manifest: string,
  key: string,
  list: readonly ManifestPattern[],
): { readonly glob: string; readonly rule: PackRule }[] {
  return list.map(({ value, line }) => ({
    glob: value,
    rule: { text: `named by \`${key}\``, pattern: value, path: manifest, line },
  }));
}

/** License files by their usual names, as PEP 639 recommends. */
export const LICENSE_GLOBS = ['LICEN[CS]E*', 'COPYING*', 'NOTICE*', 'AUTHORS*'].map((glob) => ({
  glob,
  rule: { text: 'license file' },
}));
