import type {
  Calls,
  DraftProgress,
  DraftRequest,
  InstallProgress,
  InstallRequest,
  SignedDraft,
} from '../../shared/api.ts';
import { errorName } from '../../shared/errors.ts';
import type {
  InstalledPackage,
  PackageDetails,
  PackagePage,
  PublishReceipt,
  RegistryMetadata,
  Release,
  ReleaseDetails,
  ReleaseDraft,
  SearchQuery,
  SearchResults,
  UnsignedDraft,
} from '../../shared/model.ts';
import type { RegistryContext } from './context.ts';
import { draftRelease, draftYank } from './draft.ts';
import { Drafts } from './drafts.ts';
import { install } from './install.ts';
import { Lookup } from './lookup.ts';
import { commit } from './publish.ts';
import { Searches } from './search.ts';
import { stopServing } from './served-content.ts';

const nothing = (): void => undefined;
const PAGE = 100;
const LARGEST_PAGE = 1_000;

/**
 * The marketplace as its callers see it: ggen's eight Registry methods, and what it takes to publish and install. Each
 * method's errors are documented where it is done.
 */
export class Registry {
  readonly #context: RegistryContext;
  readonly #drafts = new Drafts();
  readonly #lookup: Lookup;
  readonly #searches: Searches;

  constructor(context: RegistryContext) {
    this.#context = context;
    this.#lookup = new Lookup(context);
    this.#searches = new Searches(context);
  }

  /** A package changed, or without an id any number of them: what is kept ready of it is void. */
  forget(id?: string): void {
    this.#lookup.forget(id);
  }

  search(
    query: SearchQuery,
    signal: AbortSignal,
    onProgress: (results: SearchResults) => void = nothing,
  ): Promise<SearchResults> {
    return this.#searches.search(query, signal, onProgress);
  }

  getPackage(id: string, signal: AbortSignal): Promise<PackageDetails> {
    return this.#lookup.getPackage(id, signal);
  }

  getPackageVersion(id: string, version: string, signal: AbortSignal): Promise<ReleaseDetails> {
    return this.#lookup.getVersion(id, version, signal);
  }

  /** All releases, ascending by semver precedence, withdrawn ones marked. */
  async listVersions(id: string, signal: AbortSignal): Promise<readonly Release[]> {
    return (await this.#lookup.getPackage(id, signal)).releases;
  }

  publish(draft: SignedDraft, signal: AbortSignal): Promise<PublishReceipt> {
    return commit(this.#context, this.#drafts, draft, 'release', signal);
  }

  /** Yank a release, or take that back: what the draft says. A release is never removed from anybody's records. */
  delete(draft: SignedDraft, signal: AbortSignal): Promise<PublishReceipt> {
    return commit(this.#context, this.#drafts, draft, 'yank', signal);
  }

  /** Whether a package, or a release of it by exact version or range, is known here or to the network. */
  async exists(id: string, version: string | undefined, signal: AbortSignal): Promise<boolean> {
    try {
      if (version === undefined) await this.#lookup.getPackage(id, signal);
      else await this.#lookup.getVersion(id, version, signal);
      return true;
    } catch (error) {
      if (['PackageNotFound', 'VersionNotFound'].includes(errorName(error))) return false;
      throw error;
    }
  }

  /** What this registry is; the figures are those of this moment. */
  metadata(): RegistryMetadata {
    const { published, network } = this.#context.catalogue.packages.counts();
    return {
      name: 'ggen-p2p',
      description: 'Packages published by this node and its peers, without a server',
      version: this.#context.version,
      packageCount: published + network,
      apiVersion: '1',
      features: [
        'search',
        'facets',
        'typo-tolerance',
        'version-ranges',
        'publish',
        'yank',
        'install',
        'signed-records',
        'content-addressed',
        'offline-search',
      ],
    };
  }

  draftRelease(
    request: DraftRequest,
    signal: AbortSignal,
    onProgress: (progress: DraftProgress) => void = nothing,
  ): Promise<ReleaseDraft> {
    return draftRelease(this.#context, this.#drafts, request, signal, onProgress);
  }

  async draftYank(request: Calls['draftYank']['request']): Promise<UnsignedDraft> {
    await Promise.resolve();
    return draftYank(this.#context, this.#drafts, request);
  }

  discardDraft(draft: string): Promise<void> {
    return this.#drafts.discard(draft);
  }

  listPackages({ section, offset = 0, limit = PAGE }: Calls['listPackages']['request']): PackagePage {
    return this.#context.catalogue.packages.list(section, offset, Math.min(limit, LARGEST_PAGE));
  }

  install(
    request: InstallRequest,
    signal: AbortSignal,
    onProgress: (progress: InstallProgress) => void = nothing,
  ): Promise<InstalledPackage> {
    return install(this.#context, this.#lookup, request, signal, onProgress);
  }

  /** @throws GgenError PackageNotFound, PackageAmbiguous, InvalidRequest */
  stopServing(id: string): Promise<void> {
    return stopServing(this.#context, id);
  }

  /** Forget all drafts. */
  close(): Promise<void> {
    return this.#drafts.discardAll();
  }
}
