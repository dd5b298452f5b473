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
}

/** Stands below a list that goes on; running it shows the next page. */
export interface MoreNode {
  readonly kind: 'more';
  readonly section: PackageSection;
  readonly left: number;
}

/** Says why a list could not be read. */
export interface ErrorNode {
  readonly kind: 'error';
  readonly message: string;
}

/** What the Packages view shows. */
export type PackagesNode = SectionNode | PackageNode | ReleaseNode | MoreNode | ErrorNode;

/** Whether a command's argument is an item of the Packages view that stands for a package or a release. */
export function isPackageNode(value: unknown): value is PackageNode | ReleaseNode {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return (value.kind === 'package' || value.kind === 'release') && 'summary' in value;
}
