/** Where a project's manifest came from. The first five are ggen's, in the order in which ggen introduced them. */
export type ManifestKind =
  | 'gpack' // A: gpack.toml with [gpack]
  | 'gpack-package' // B: gpack.toml with [package]
  | 'gpack-flat' // C: gpack.toml with flat root keys
  | 'package-toml' // D: package.toml with [package]
  | 'pack-toml' // E: pack.toml with [pack]
  | 'npm' // package.json
  | 'cargo' // Cargo.toml
  | 'python'; // pyproject.toml

/** What a package says of itself; signed by its publisher. Absent optional texts are left out, never empty. */
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

/** A dependency as the manifest wrote it. `id` is `name` or `publisher/name`. */
export interface Dependency {
  readonly id: string;
  /** A semver range, for example `^1.2`. */
  readonly requirement: string;
  readonly optional: boolean;
}

/** One version of a package. */
export interface Release {
  /** Full semver 2.0, pre-release and build metadata allowed. */
  readonly version: string;
  /** CID of the UnixFS directory that holds the release's files. */
  readonly root: string;
  /** Sum of the files' sizes in bytes. */
  readonly size: number;
  readonly files: number;
  readonly kind: ManifestKind;
  readonly readme?: string;
  readonly changelog?: string;
  readonly dependencies: readonly Dependency[];
  readonly published: number;
  /** Withdrawn by its publisher: not to be installed, never deleted. */
  readonly yanked: boolean;
}

/** What lists and search results show of a package. */
export interface PackageSummary {
  /** `publisher/name`. */
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly license: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  /** Newest stable version that is not yanked, or the newest pre-release where there is no stable one; absent when all are yanked. */
  readonly latest?: string;
  /** Number of releases, yanked ones included. */
  readonly versions: number;
  /** Size in bytes of the latest release. */
  readonly size: number;
  readonly updated: number;
  /** Signed by a publisher key that has published from this machine. */
  readonly published: boolean;
  /** Versions installed on this machine, wherever they stand. */
  readonly installed: readonly string[];
  /** Files of its installations that were changed or missing when they were last verified; absent when there are none. */
  readonly changed?: number;
  /** Distinct peers known to serve its content, this node and banned ones not counted. */
  readonly providers: number;
  /** The publisher was caught signing two different contents for one version; the first one seen is kept. */
  readonly equivocation: boolean;
  /** Versions of which two contents were signed, by the signed proof that is kept; absent when there are none. */
  readonly contested?: readonly string[];
}

/** A package with everything its record says. */
export interface PackageDetails extends PackageSummary {
  readonly metadata: PackageMetadata;
  /** Ascending by semver precedence. */
  readonly releases: readonly Release[];
  /** Sequence number of the record that this was read from. */
  readonly seq: number;
}

/** One release, found by exact version or range. */
export interface ReleaseDetails {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly metadata: PackageMetadata;
  readonly release: Release;
}

export interface PublishReceipt {
  readonly id: string;
  readonly version: string;
  readonly root: string;
  readonly seq: number;
  /** Peers to which the announcement was handed directly. */
  readonly announcedTo: number;
  /** Peers that acknowledged storing the head in the DHT. */
  readonly dhtStored: number;
}

export interface InstalledPackage {
  readonly id: string;
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  readonly root: string;
  /** Absolute path of the folder that holds the package's files. */
  readonly path: string;
  readonly files: number;
  readonly size: number;
  readonly installedAt: number;
  /** Absolute path of the project whose lock file lists it; absent when it stands for itself. */
  readonly project?: string;
  /** Files changed or missing when it was last verified; absent when it never was. */
  readonly changed?: number;
}

export interface PackageCounts {
  readonly published: number;
  readonly installed: number;
  /** Packages known from other publishers. */
  readonly network: number;
}

export type PackageSection = 'published' | 'installed' | 'network';

export interface PackagePage {
  readonly packages: readonly PackageSummary[];
  readonly total: number;
}

/** What a registry tells of itself (the eighth Registry method). */
export interface RegistryMetadata {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly packageCount: number;
  readonly apiVersion: string;
  readonly features: readonly string[];
}
