import type { PublisherState } from './publisher.ts';

/** Format of a manifest. The first five are ggen's, in the order in which ggen introduced them. */
export type ManifestKind =
  | 'gpack' // A: gpack.toml with [gpack]
  | 'gpack-package' // B: gpack.toml with [package]
  | 'gpack-flat' // C: gpack.toml with flat root keys
  | 'package-toml' // D: package.toml with [package]
  | 'pack-toml' // E: pack.toml with [pack]
  | 'npm' // package.json
  | 'cargo' // Cargo.toml
  | 'python'; // pyproject.toml

/**
 * Description of a package, signed by its publisher. Optional texts that the manifest lacks are left out, never empty.
 */
export interface PackageMetadata {
  readonly title: string;
  readonly description: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  /** SPDX expression as written in the manifest; empty when the manifest names none. */
  readonly license: string;
  readonly authors: readonly string[];
  readonly homepage?: string;
  readonly repository?: string;
  readonly documentation?: string;
}

/** A dependency as written in the manifest. `id` is `name` or `publisher/name`. */
export interface Dependency {
  readonly id: string;
  /** A semver range, for example `^1.2`, or a dist-tag. */
  readonly requirement: string;
  readonly optional: boolean;
}

/** A name for a version that the publisher moves, as `next`. `latest` is among them only when the publisher set it. */
export interface DistTag {
  readonly tag: string;
  /** A release that is not yanked. */
  readonly version: string;
}

/** One version of a package. */
export interface Release {
  /** Full semver 2.0, pre-release and build metadata allowed. */
  readonly version: string;
  /** CID of the UnixFS directory that holds the release's files. */
  readonly root: string;
  /** Sum of the files' sizes in bytes. */
  readonly size: number;
  /** Number of files. */
  readonly files: number;
  readonly kind: ManifestKind;
  /** CID of the readme. */
  readonly readme?: string;
  /** CID of the changelog. */
  readonly changelog?: string;
  readonly dependencies: readonly Dependency[];
  /** When the publisher signed it. */
  readonly published: number;
  /** Marked by its publisher as not to be installed. It is never deleted. */
  readonly yanked: boolean;
}

/** What lists and search results show of a package. */
export interface PackageSummary {
  /** `publisher/name`. */
  readonly id: string;
  readonly publisher: string;
  /** What the user decided about the publisher; absent when nothing. */
  readonly publisherState?: PublisherState;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly license: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  /**
   * Version that the publisher set as `latest`, else the highest that is neither yanked nor a pre-release, else the
   * highest pre-release; absent when all are yanked.
   */
  readonly latest?: string;
  /** Ascending by tag; absent when there are none. */
  readonly distTags?: readonly DistTag[];
  /** Number of releases, yanked ones included. */
  readonly versions: number;
  /** Size in bytes of the latest release. */
  readonly size: number;
  /** When the record was signed. */
  readonly updated: number;
  /** Whether its publisher key has published from this machine. */
  readonly published: boolean;
  /** Versions that are installed on this machine, in any folder. */
  readonly installed: readonly string[];
  /** Files that were changed or missing when its installations were last verified; absent when there are none. */
  readonly changed?: number;
  /** Distinct peers known to serve its content, without this node and banned peers. */
  readonly providers: number;
  /** Whether the publisher signed two contents under one version. The first one seen counts. */
  readonly equivocation: boolean;
  /** Versions with two signed contents, of which the signed proof is stored; absent when there are none. */
  readonly contested?: readonly string[];
}

/** A package with everything in its record. */
export interface PackageDetails extends PackageSummary {
  readonly metadata: PackageMetadata;
  /** Ascending by semver precedence. */
  readonly releases: readonly Release[];
  /** Sequence number of the record. */
  readonly seq: number;
}

/** One release with its package. */
export interface ReleaseDetails {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly metadata: PackageMetadata;
  readonly release: Release;
}

/** A change of a package that was published. */
export interface PublishReceipt {
  readonly id: string;
  readonly version: string;
  /** Content root of the release; empty for a change without one. */
  readonly root: string;
  /** Sequence number of the new record. */
  readonly seq: number;
  /** Connected peers that the announcement was sent to. */
  readonly announcedTo: number;
  /** Peers that acknowledged storing the head in the DHT. */
  readonly dhtStored: number;
}

/** An installation of a release on this machine. */
export interface InstalledPackage {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  /** Content root. */
  readonly root: string;
  /** Absolute path of the folder with the package's files. */
  readonly path: string;
  /** Number of its files. */
  readonly files: number;
  /** Bytes of its files. */
  readonly size: number;
  readonly installedAt: number;
  /** Absolute path of the project whose lock file lists it; absent outside of a project. */
  readonly project?: string;
  /** Files that were changed or missing when it was last verified; absent when it never was. */
  readonly changed?: number;
  /** Bytes that came from peers for it, compressed where they were; only in the answer of the call that installed it. */
  readonly received?: number;
}

/** Number of packages in each section. */
export interface PackageCounts {
  readonly published: number;
  readonly installed: number;
  /** Known packages of other publishers. */
  readonly network: number;
}

/** Own packages, installed ones, and those of other publishers. */
export type PackageSection = 'published' | 'installed' | 'network';

/** A part of a section's packages. */
export interface PackagePage {
  readonly packages: readonly PackageSummary[];
  /** Number of packages in the whole section. */
  readonly total: number;
}

/** Description of this registry. */
export interface RegistryMetadata {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly packageCount: number;
  readonly apiVersion: string;
  readonly features: readonly string[];
}
