import type { Calls } from '../../shared/api/index.ts';
import type { PackagePage } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;

export interface ListPackagesDeps {
  readonly catalog: { readonly packages: Pick<Catalog['packages'], 'list'> };
}

/** One page of a section's packages, last changed first. */
export function listPackages(
  { catalog }: ListPackagesDeps,
  { section, offset = 0, limit = DEFAULT_PAGE_SIZE }: Calls['listPackages']['request'],
): PackagePage {
  return catalog.packages.list(section, offset, Math.min(limit, MAX_PAGE_SIZE));
}
