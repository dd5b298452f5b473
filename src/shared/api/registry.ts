import type {
  PackageDetails,
  PackagePage,
  PackageSection,
  Provider,
  RegistryMetadata,
  Release,
  ReleaseDetails,
  ResolvedName,
  SearchQuery,
  SearchResults,
} from '../model.ts';
import type { PackageLookupError, ReleaseLookupError } from './call-errors.ts';
import type { Call, Empty } from './call.ts';

/**
 * Finding packages. An `id` is `publisher/name`, or `name` as `resolvePackage` understands it. A
 * `version` is exact or a semver range: a range finds its highest release that is not yanked, an exact version also
 * finds a yanked one.
 */
export interface RegistryCalls {
  /**
   * Search here and on the network. Progress is the answer so far: first what is known here, then each time after peers
   * answered. Ends when the peers asked have answered, or after the node's search timeout, which is no error. Without a
   * running node the search is local. Equal searches share one question to the network.
   */
  search: Call<SearchQuery, SearchResults, SearchResults>;
  /**
   * Find the package that an id or bare name means. In this order: what the lock file of `project` (absolute path of a
   * folder) lists; the publisher of the packages that the project asks for; publishers whom the user trusts, and the
   * user's own; publishers whom the user follows or installed packages of; the only package of that name. Packages of
   * blocked publishers are never meant. `PackageAmbiguous` has the ids to choose from in `details.candidates`.
   */
  resolvePackage: Call<
    { readonly id: string; readonly project?: string },
    ResolvedName,
    never,
    PackageLookupError | 'LockInvalid'
  >;
  /**
   * Find a package. A known package is answered at once and refreshed in the background; an unknown one is looked up on
   * the network.
   */
  getPackage: Call<{ readonly id: string }, PackageDetails, never, PackageLookupError>;
  /** Find a release. The network is asked when the known record has no such version. */
  getPackageVersion: Call<{ readonly id: string; readonly version: string }, ReleaseDetails, never, ReleaseLookupError>;
  /** List the releases of a package, ascending by semver precedence, yanked ones marked. */
  listVersions: Call<{ readonly id: string }, readonly Release[], never, PackageLookupError>;
  /** Whether a package, or a release of it, is known here or to the network. */
  exists: Call<{ readonly id: string; readonly version?: string }, boolean, never, 'PackageAmbiguous'>;
  /**
   * List peers known to serve a package, best reputation first, without this node. With a version, those that the DHT
   * names within 3 s for exactly that release. `id` is `publisher/name`.
   */
  providers: Call<
    { readonly id: string; readonly version?: string },
    readonly Provider[],
    never,
    'PackageNotFound' | 'VersionNotFound'
  >;
  /** List the packages of a section, last changed first. `limit` is at most 1000; 100 when left out. */
  listPackages: Call<
    { readonly section: PackageSection; readonly offset?: number; readonly limit?: number },
    PackagePage
  >;
  /** Describe this registry: name, version, features, number of packages. */
  metadata: Call<Empty, RegistryMetadata>;
}
