import type { SourcePosition } from './document.ts';
import type { Dependency, Diagnostic, ManifestKind, PackageMetadata } from '../../../shared/model.ts';

/** What a project says of itself, brought into one form whatever its manifest is. */
export interface Manifest {
  readonly kind: ManifestKind;
  /** The manifest's file, relative to the project's root, with forward slashes. */
  readonly path: string;
  /** Of NAME_PATTERN; empty when an error diagnostic says why. */
  readonly name: string;
  /** Full semver 2.0; empty when an error diagnostic says why. */
  readonly version: string;
  readonly metadata: PackageMetadata;
  /**
   * Dependencies on other packages of the marketplace. What a package.json, Cargo.toml or pyproject.toml depends on
   * comes from another registry and is left to that registry's own tool; such a manifest names marketplace packages
   * in its section for other tools: `"ggen": { "dependencies": … }`, `[package.metadata.ggen.dependencies]`,
   * `[tool.ggen.dependencies]`.
   */
  readonly dependencies: readonly Dependency[];
  /**
   * Patterns (.gitignore syntax, relative to the root) of which a file must match one; absent: all files.
   * Only Cargo's `include` and its like. npm's `files` and Poetry's `include` choose what a build for another registry
   * ships, often without the sources; here the project itself is published, so they have no say.
   */
  readonly include?: readonly string[];
  /** Patterns (.gitignore syntax, relative to the root) of files to leave out. */
  readonly exclude?: readonly string[];
  /** README as the manifest names it, relative to the root; whether it exists is for the scan to find out. */
  readonly readme?: string;
  /** Where things stand in the file, for what is only found out later about them. */
  readonly positions: ManifestPositions;
  /** Only those with severity `error` block publishing. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Line and column, from 1, of what a manifest says; absent where it does not. */
export interface ManifestPositions {
  readonly name?: SourcePosition;
  readonly version?: SourcePosition;
  /** By the id of the dependency. */
  readonly dependencies: ReadonlyMap<string, SourcePosition>;
}

/** Keys from the root of a document to a value; list elements by their index in decimal. */
export type KeyPath = readonly string[];

/** A value with the place where the manifest says it. */
export interface Located<T> {
  readonly value: T;
  readonly at: KeyPath;
}

/** What a reader of one form found, as written: types are checked, texts are not yet. */
export interface RawManifest {
  /** The table that describes the package: where missing keys belong. */
  readonly packageTable: KeyPath;
  /** Of any type: a name or version that is no text is an error with words of its own. */
  readonly name?: Located<unknown> | undefined;
  readonly version?: Located<unknown> | undefined;
  /** Why the file describes no package at all, and where that shows. */
  readonly noPackageReason?: Located<string> | undefined;
  /** Why there is no version, where the form knows better than "it is missing". */
  readonly noVersionReason?: Located<string> | undefined;
  readonly title?: Located<string> | undefined;
  readonly description?: Located<string> | undefined;
  readonly license?: Located<string> | undefined;
  readonly authors: readonly Located<string>[];
  readonly categories: readonly Located<string>[];
  readonly tags: readonly Located<string>[];
  readonly homepage?: Located<string> | undefined;
  readonly repository?: Located<string> | undefined;
  readonly documentation?: Located<string> | undefined;
  readonly readme?: Located<string> | undefined;
  readonly dependencies: readonly RawDependency[];
  readonly include?: readonly Located<string>[] | undefined;
  readonly exclude?: readonly Located<string>[] | undefined;
}

export interface RawDependency {
  readonly at: KeyPath;
  readonly id: string;
  /** Empty for any version. */
  readonly requirement: string;
  readonly optional: boolean;
}
