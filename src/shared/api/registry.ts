import type {
  PackageDetails,
  PackagePage,
  PackageSection,
  Provider,
  RegistryMetadata,
  Release,
  ReleaseDetails,
  SearchQuery,
  SearchResults,
} from '../model.ts';
import type { Call, Empty } from './call.ts';

/** Finding packages and releases. */
export interface RegistryCalls {
  search: Call<SearchQuery, SearchResults, SearchResults>;
  /** Newest record of a package, from here or the network. `id` is `publisher/name`, or `name` where unambiguous. */
  getPackage: Call<{ readonly id: string }, PackageDetails>;
  /** `version` is exact or a semver range; the highest match that is not yanked. An exact version may be yanked. */
  getPackageVersion: Call<{ readonly id: string; readonly version: string }, ReleaseDetails>;
  /** Ascending by semver precedence, yanked ones marked. */
  listVersions: Call<{ readonly id: string }, readonly Release[]>;
  exists: Call<{ readonly id: string; readonly version?: string }, boolean>;
  /**
   * Peers known to serve a package, best reputation first; this node is not among them. With a version, those that the DHT
   * names for exactly that release. `id` is `publisher/name`.
   */
  providers: Call<{ readonly id: string; readonly version?: string }, readonly Provider[]>;
  listPackages: Call<
    { readonly section: PackageSection; readonly offset?: number; readonly limit?: number },
    PackagePage
  >;
  metadata: Call<Empty, RegistryMetadata>;
}
