import type { CargoPackage } from './package-formats/cargo-package.ts';
import type { NpmPackage } from './package-formats/npm-package.ts';
import type { PythonPackage } from './package-formats/python-package.ts';
import type { SourcePosition } from './document.ts';
import type { Dependency, Diagnostic, ManifestKind, PackageMetadata } from '../../../shared/model.ts';

/** A project's metadata in one form, whichever manifest it has. */
export interface Manifest {
  readonly kind: ManifestKind;
  /** Path of the manifest, relative to the project's root, with forward slashes. */
  readonly path: string;
  /** Matches NAME_PATTERN; empty when an error diagnostic explains why. */
  readonly name: string;
  /** Full semver 2.0; empty when an error diagnostic explains why. */
  readonly version: string;
  readonly metadata: PackageMetadata;
  /**
   * Dependencies on packages of the marketplace. The dependencies of a package.json, Cargo.toml or pyproject.toml
   * belong to another registry; such a manifest lists marketplace packages in its section for other tools: `"ggen": {
   * "dependencies": … }`, `[package.metadata.ggen.dependencies]`, `[tool.ggen.dependencies]`.
   */
  readonly dependencies: readonly Dependency[];
  /**
   * Patterns in .gitignore syntax, relative to the root; a file must match one of them. Absent: all files. Comes from
   * Cargo's `include` and equivalent keys.
   */
  readonly include?: readonly ManifestPattern[];
  /** Patterns in .gitignore syntax, relative to the root, of files to exclude. */
  readonly exclude?: readonly ManifestPattern[];
  /** What npm packs of the project, of a package.json only. */
  readonly npm?: NpmPackage;
  /** What Cargo packs of the project, of a Cargo.toml only. */
  readonly cargo?: CargoPackage;
  /** What the build tool packs of the project, of a pyproject.toml with a known tool. */
  readonly python?: PythonPackage;
  /** Files that the package's users load. Publishing without one of them is a mistake. */
  readonly entryPoints?: readonly EntryPoint[];
  /** README that the manifest names, relative to the root; the scan checks that it exists. */
  readonly readme?: string;
  /** Positions in the file for later diagnostics. */
  readonly positions: ManifestPositions;
  /** Diagnostics of severity `error` block publishing. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A pattern of a manifest, with its line. */
export interface ManifestPattern {
  readonly value: string;
  readonly line: number;
}

/** A file that a manifest names as one that the package's users load. */
export interface EntryPoint extends SourcePosition {
  /** Key of the manifest: `main`, `bin`, `exports` … */
  readonly key: string;
  /** As written. */
  readonly target: string;
}

/** 1-based positions of fields; absent for missing fields. */
export interface ManifestPositions {
  readonly name?: SourcePosition;
  readonly version?: SourcePosition;
  /** By package id. */
  readonly dependencies: ReadonlyMap<string, SourcePosition>;
}

/** Keys from the root of a document to a value; list elements by their decimal index. */
export type KeyPath = readonly string[];

/** A value with its key path. */
export interface Located<T> {
  readonly value: T;
  readonly at: KeyPath;
}

/** What a reader found, as written: the types are checked, the texts are not. */
export interface RawManifest {
  /** The table that describes the package; diagnostics about missing keys point to it. */
  readonly packageTable: KeyPath;
  /** Of any type, because a name or version of another type than text has its own error message. */
  readonly name?: Located<unknown> | undefined;
  readonly version?: Located<unknown> | undefined;
  /** Why the file describes no package, and the key path for the diagnostic. */
  readonly noPackageReason?: Located<string> | undefined;
  /** A more precise reason for a missing version than that it is missing. */
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
  /** Statements of the manifest that the project is not for everyone, as clauses: `\`private\` is true`. */
  readonly npm?: NpmPackage | undefined;
  readonly cargo?: CargoPackage | undefined;
  readonly python?: PythonPackage | undefined;
  /** Keys and values of the entry points. */
  readonly entryPoints?: readonly (Located<string> & { readonly key: string })[] | undefined;
  readonly privacy?: readonly Located<string>[] | undefined;
  readonly include?: readonly Located<string>[] | undefined;
  readonly exclude?: readonly Located<string>[] | undefined;
}

export interface RawDependency {
  readonly at: KeyPath;
  readonly id: string;
  /** Empty for any version. */
  readonly requirement: string;
  readonly optional: boolean;
  /** How the requirement is written; `ggen` when left out. */
  readonly syntax?: RequirementSyntax;
}

/** Whose requirements a manifest has: they differ in what a bare version means. */
export type RequirementSyntax = 'ggen' | 'npm';
