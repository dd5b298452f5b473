import type { PackageSection, PackageSummary, Release } from '../../shared/model.ts';

export interface SectionNode {
  readonly kind: 'section';
  readonly section: PackageSection;
  readonly count: number;
}

export interface PackageNode {
  readonly kind: 'package';
  readonly section: PackageSection;
  readonly summary: PackageSummary;
}

export interface ReleaseNode {
  readonly kind: 'release';
  readonly section: PackageSection;
  readonly summary: PackageSummary;
  readonly release: Release;
  /** Dist-tags that name it. */
  readonly distTags: readonly string[];
}

/** Last node of a partly loaded list; its command loads the next page. */
export interface MoreNode {
  readonly kind: 'more';
  readonly section: PackageSection;
  readonly remaining: number;
}

/** Takes the place of a list that could not be loaded. */
export interface ErrorNode {
  readonly kind: 'error';
  readonly message: string;
}

/** A node of the Packages view. */
export type PackagesNode = SectionNode | PackageNode | ReleaseNode | MoreNode | ErrorNode;

/** Whether a command's argument is a package or release node of the Packages view. */
export function isPackageNode(value: unknown): value is PackageNode | ReleaseNode {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return (value.kind === 'package' || value.kind === 'release') && 'summary' in value;
}
