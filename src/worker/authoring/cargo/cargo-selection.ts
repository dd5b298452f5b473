import { stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { PackRule } from '../../../shared/model.ts';
import type { Manifest, ManifestPattern } from '../manifest/manifest.ts';
import { PathSet } from '../selection/path-set.ts';
import type { FileSelection, OutsideFile, PackDecision, RepositoryFiles } from '../selection/file-selection.ts';
import { excludedBy, packedBy } from '../selection/file-selection.ts';
import { manifestFolder } from '../selection/manifest-folder.ts';
import { RULES } from '../selection/pack-rules.ts';
import { PathPatterns } from '../selection/path-patterns.ts';
import type { PatternMatch } from '../selection/path-patterns.ts';
import type { CargoPackage } from '../manifest/package-formats/cargo-package.ts';

/** In Cargo's order of preference. */
const DEFAULT_READMES = ['README.md', 'README.txt', 'README'];
/** Without a git repository, Cargo does not pack hidden files. */
const HIDDEN_FILES: ManifestPattern = { value: '.*', line: 0 };

/**
 * The files that `cargo package` packs: https://doc.rust-lang.org/cargo/reference/manifest.html#the-exclude-and-include-fields
 *
 * @param root absolute path of the project
 * @throws GgenError InvalidRequest for a pattern that takes too long to match
 */
export async function cargoSelection(
  root: string,
  manifest: Manifest,
  content: CargoPackage,
  { tracked, links }: RepositoryFiles,
): Promise<FileSelection> {
  const folder = join(root, manifestFolder(manifest));
  const required = new Map<string, PackRule>();
  const outside: OutsideFile[] = [];
  for (const { key, path } of await namedFiles(folder, content)) {
    const rule = { text: `named by \`${key}\``, path: manifest.path };
    if (!path.startsWith('../')) required.set(path, rule);
    // Cargo copies a file from outside the package into its root, unless the root has one of this name.
    else if (!(await isFile(join(folder, posix.basename(path))))) {
      const target = join(folder, path);
      const resolved = await links.resolve(target, []);
      if ('path' in resolved && !resolved.isFolder)
        outside.push({ path: posix.basename(path), absolutePath: resolved.path, rule });
    }
  }
  const output = posix.join(manifestFolder(manifest), 'target/');
  const trackedOutput = new PathSet([...tracked].filter((path) => path.startsWith(output)));
  const isTracked = tracked.has(manifest.path);
  return new CargoSelection({ manifest, content, required, outside, isTracked, trackedOutput });
}

interface CargoSources {
  readonly manifest: Manifest;
  readonly content: CargoPackage;
  /** Packed whatever the patterns say; by path relative to the manifest. */
  readonly required: ReadonlyMap<string, PackRule>;
  readonly outside: readonly OutsideFile[];
  /** Whether git tracks the manifest. */
  readonly isTracked: boolean;
  /** Files that git tracks in Cargo's folder for build output. */
  readonly trackedOutput: PathSet;
}

class CargoSelection implements FileSelection {
  readonly gitignore: boolean;
  readonly hasOwnList: boolean;
  readonly replacesDefaults = true;
  readonly outside: readonly OutsideFile[];
  readonly #sources: CargoSources;
  readonly #folder: string;
  readonly #include: PathPatterns<ManifestPattern> | undefined;
  readonly #exclude: PathPatterns<ManifestPattern>;
  /** Folders that are not looked into, except for a required file. */
  readonly #closed = new Map<string, PackRule>();

  constructor(sources: CargoSources) {
    const { include, exclude } = sources.content;
    this.#sources = sources;
    this.#folder = manifestFolder(sources.manifest);
    this.hasOwnList = include.length > 0;
    // Cargo asks git only without `include`, and only when git tracks the manifest.
    this.gitignore = !this.hasOwnList && sources.isTracked;
    this.#include = this.hasOwnList ? new PathPatterns(include) : undefined;
    this.#exclude = new PathPatterns(this.gitignore || this.hasOwnList ? exclude : [HIDDEN_FILES, ...exclude]);
    this.outside = sources.outside.map((file) => ({ ...file, path: posix.join(this.#folder, file.path) }));
  }

  folder(path: string): PackDecision {
    const inside = this.#relative(path);
    if (inside === undefined)
      return `${this.#folder}/`.startsWith(`${path}/`) ? packedBy(RULES.byDefault) : excludedBy(OUTSIDE);
    const rule = this.#closed.get(posix.dirname(inside)) ?? this.#closing(inside);
    if (rule === undefined) return packedBy(RULES.byDefault);
    if (this.gitignore && this.#sources.trackedOutput.hasBelow(path)) return packedBy(rule);
    this.#closed.set(inside, rule);
    const hasRequired = [...this.#sources.required.keys()].some((file) => file.startsWith(`${inside}/`));
    return hasRequired ? packedBy(rule) : excludedBy(rule);
  }

  file(path: string): PackDecision {
    const inside = this.#relative(path);
    if (inside === undefined) return excludedBy(OUTSIDE);
    if (inside === 'Cargo.toml' || inside === 'Cargo.lock') return packedBy(ALWAYS);
    const required = this.#sources.required.get(inside);
    if (required !== undefined) return packedBy(required);
    const closed = this.#closed.get(posix.dirname(inside));
    if (closed !== undefined) return excludedBy(closed);
    if (inside.startsWith('target/') && !this.#sources.trackedOutput.has(path)) return excludedBy(TARGET);
    if (this.#include === undefined) {
      const rule = this.#excluding(this.#exclude.file(inside));
      return rule === undefined ? packedBy(RULES.byDefault) : excludedBy(rule);
    }
    const match = this.#include.file(inside);
    return match === undefined || match.isNegated
      ? excludedBy(match === undefined ? RULES.notIncluded : this.#patternRule('excluded by the pattern', match.source))
      : packedBy(this.#patternRule('included by the pattern', match.source));
  }

  exempts(path: string, isFolder: boolean): boolean {
    const inside = this.#relative(path);
    if (inside === undefined) return false;
    const required = [...this.#sources.required.keys(), 'Cargo.lock'];
    return required.some((file) => (isFolder ? file.startsWith(`${inside}/`) : file === inside));
  }

  enter(path: string, _absolutePath: string, names: readonly string[]): Promise<PackRule | undefined> {
    const isNested = path !== this.#folder && this.#relative(path) !== undefined && names.includes('Cargo.toml');
    return Promise.resolve(isNested ? { text: 'a Cargo package of its own', path: `${path}/Cargo.toml` } : undefined);
  }

  /** Path relative to the manifest; undefined outside of its folder. */
  #relative(path: string): string | undefined {
    if (this.#folder === '') return path;
    return path.startsWith(`${this.#folder}/`) ? path.slice(this.#folder.length + 1) : undefined;
  }

  /** The rule by which Cargo does not look into a folder. */
  #closing(inside: string): PackRule | undefined {
    if (inside === 'target' || inside.startsWith('target/')) return TARGET;
    return this.gitignore || this.hasOwnList ? undefined : this.#excluding(this.#exclude.folder(inside));
  }

  #excluding(match: PatternMatch<ManifestPattern> | undefined): PackRule | undefined {
    if (match === undefined || match.isNegated) return undefined;
    return match.source === HIDDEN_FILES ? HIDDEN : this.#patternRule('excluded by the pattern', match.source);
  }

  #patternRule(text: string, { value, line }: ManifestPattern): PackRule {
    return { text, pattern: value, path: this.#sources.manifest.path, line };
  }
}

const ALWAYS: PackRule = { text: 'always packed by Cargo' };
const TARGET: PackRule = { text: "Cargo's build output" };
const HIDDEN: PackRule = { text: 'hidden, and git does not track Cargo.toml' };
const OUTSIDE: PackRule = { text: 'outside the folder of Cargo.toml' };

/** The README and the license file, as far as they exist, relative to the manifest. */
async function namedFiles(
  folder: string,
  { readme, licenseFile }: CargoPackage,
): Promise<{ readonly key: string; readonly path: string }[]> {
  const candidates = [
    ...(readme === false
      ? []
      : (readme === undefined ? DEFAULT_READMES : [readme]).map((path) => ({ key: 'readme', path }))),
    ...(licenseFile === undefined ? [] : [{ key: 'license-file', path: licenseFile }]),
  ];
  const found: { key: string; path: string }[] = [];
  for (const { key, path: written } of candidates) {
    const path = posix.normalize(written).normalize('NFC');
    const isFirst = key !== 'readme' || !found.some((one) => one.key === 'readme');
    if (isFirst && !posix.isAbsolute(path) && (await isFile(join(folder, path)))) found.push({ key, path });
  }
  return found;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
