import { resolve } from 'node:path';
import type {
  Calls,
  CleanUpProgress,
  DraftProgress,
  DraftRequest,
  InstallProgress,
  InstallRequest,
  PlanRequest,
  SignedDraft,
  VerifyProgress,
} from '../../shared/api/index.ts';
import { errorName } from '../../shared/errors.ts';
import type {
  CleanUpReport,
  ArchiveReceipt,
  InstallPlan,
  InstalledPackage,
  KeptRelease,
  InstallationCheck,
  PackageDetails,
  PackagePage,
  Provider,
  PublishReceipt,
  RegistryMetadata,
  Release,
  ReleaseDetails,
  ReleaseDraft,
  SearchQuery,
  SearchResults,
  StorageReport,
  UnsignedDraft,
} from '../../shared/model.ts';
import { KeyLocks } from '../../shared/key-locks.ts';
import type { RegistryContext } from './context.ts';
import { draftRelease } from '../authoring/draft-release.ts';
import { draftMerge } from '../authoring/draft-merge.ts';
import { draftYank } from '../authoring/draft-yank.ts';
import { Drafts } from '../authoring/drafts.ts';
import { exportPackage } from '../archive/export-package.ts';
import { importPackage } from '../archive/import-package.ts';
import { applyPlan } from '../install/apply/apply-plan.ts';
import { planInstall } from '../install/plan/plan-install.ts';
import { Plans } from '../install/plan/plans.ts';
import { installRelease, uninstallRelease } from '../install/apply/install-release.ts';
import { verifyInstalled } from '../install/apply/verify-installed.ts';
import { Lookup } from './lookup.ts';
import { listProviders } from './list-providers.ts';
import { commitDraft } from '../authoring/commit-draft.ts';
import { ReleaseReader } from '../reading/release-reader.ts';
import { RegistrySearch } from './registry-search.ts';
import { stopSeeding } from '../retention/seeded-content.ts';
import { keepRelease, unkeepRelease } from '../retention/keep-release.ts';
import { verifyStorage } from '../retention/verify-storage.ts';

const noop = (): void => undefined;
const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;

/**
 * The marketplace as its callers see it: ggen's eight Registry methods, and what it takes to publish and install. Each
 * method's errors are documented where it is done.
 */
export class Registry {
  readonly #context: RegistryContext;
  readonly #drafts = new Drafts();
  readonly #lookup: Lookup;
  readonly #searches: RegistrySearch;
  readonly #plans = new Plans();
  /** Changes of installed folders, one after the other: two of them may share a lock file or a package. */
  readonly #installLocks = new KeyLocks();
  /** Reading releases without installing them. */
  readonly reader: ReleaseReader;

  constructor(context: RegistryContext) {
    this.#context = context;
    this.#lookup = new Lookup(context);
    this.#searches = new RegistrySearch(context);
    this.reader = new ReleaseReader(context, this.#lookup);
  }

  /** A package changed, or without an id any number of them: what is kept ready of it is void. */
  invalidate(id?: string): void {
    this.#lookup.invalidate(id);
  }

  search(
    query: SearchQuery,
    signal: AbortSignal,
    onProgress: (results: SearchResults) => void = noop,
  ): Promise<SearchResults> {
    return this.#searches.search(query, signal, onProgress);
  }

  getPackage(id: string, signal: AbortSignal): Promise<PackageDetails> {
    return this.#lookup.getPackage(id, signal);
  }

  getPackageVersion(id: string, version: string, signal: AbortSignal): Promise<ReleaseDetails> {
    return this.#lookup.getVersion(id, version, signal);
  }

  providers(request: Calls['providers']['request'], signal: AbortSignal): Promise<readonly Provider[]> {
    return listProviders(this.#context, this.#lookup, request, signal);
  }

  /** All releases, ascending by semver precedence, withdrawn ones marked. */
  async listVersions(id: string, signal: AbortSignal): Promise<readonly Release[]> {
    return (await this.#lookup.getPackage(id, signal)).releases;
  }

  publish(draft: SignedDraft, signal: AbortSignal): Promise<PublishReceipt> {
    return commitDraft(this.#context, this.#drafts, draft, ['release', 'merge'], signal);
  }

  /** Yank a release, or take that back: what the draft says. A release is never removed from anybody's records. */
  delete(draft: SignedDraft, signal: AbortSignal): Promise<PublishReceipt> {
    return commitDraft(this.#context, this.#drafts, draft, ['yank'], signal);
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
    const { published, network } = this.#context.catalog.packages.counts();
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
    onProgress: (progress: DraftProgress) => void = noop,
  ): Promise<ReleaseDraft> {
    const draftContext = { context: this.#context, drafts: this.#drafts, lookup: this.#lookup };
    return draftRelease(draftContext, request, signal, onProgress);
  }

  async draftMerge(request: Calls['draftMerge']['request']): Promise<UnsignedDraft> {
    await Promise.resolve();
    return draftMerge(this.#context.catalog, this.#drafts, request);
  }

  async draftYank(request: Calls['draftYank']['request']): Promise<UnsignedDraft> {
    await Promise.resolve();
    return draftYank(this.#context.catalog, this.#drafts, request);
  }

  discardDraft(draft: string): Promise<void> {
    return this.#drafts.discard(draft);
  }

  listPackages({ section, offset = 0, limit = DEFAULT_PAGE_SIZE }: Calls['listPackages']['request']): PackagePage {
    return this.#context.catalog.packages.list(section, offset, Math.min(limit, MAX_PAGE_SIZE));
  }

  install(
    request: InstallRequest,
    signal: AbortSignal,
    onProgress: (progress: InstallProgress) => void = noop,
  ): Promise<InstalledPackage> {
    const work = (): Promise<InstalledPackage> =>
      installRelease(this.#context, this.#lookup, request, signal, onProgress);
    return this.#installLocks.run(this.#lockKeyOf(request.to), work, signal);
  }

  /** What a folder is changed together with: its project, where it belongs to one. */
  #lockKeyOf(folder: string): string {
    const path = resolve(folder);
    return this.#context.catalog.installs.getByPath(path)?.project ?? path;
  }

  planInstall(request: PlanRequest, signal: AbortSignal): Promise<InstallPlan> {
    return planInstall(this.#context, this.#lookup, this.#plans, request, signal);
  }

  async applyPlan(
    { plan, overwrite = [] }: Calls['applyPlan']['request'],
    signal: AbortSignal,
    onProgress: (progress: InstallProgress) => void = noop,
  ): Promise<readonly InstalledPackage[]> {
    const { project } = this.#plans.get(plan).plan;
    const options = { overwrite, signal, onProgress };
    return await this.#installLocks.run(project, () => applyPlan(this.#context, this.#plans, plan, options), signal);
  }

  uninstall(request: Calls['uninstall']['request'], signal: AbortSignal): Promise<void> {
    return this.#installLocks.run(
      this.#lockKeyOf(request.path),
      () => uninstallRelease(this.#context, request, signal),
      signal,
    );
  }

  verifyInstalled(
    { path }: Calls['verifyInstalled']['request'],
    signal: AbortSignal,
    onProgress: (progress: InstallProgress) => void = noop,
  ): Promise<InstallationCheck> {
    return verifyInstalled(this.#context, path, signal, onProgress);
  }

  exportPackage(
    request: Calls['exportPackage']['request'],
    signal: AbortSignal,
    onProgress: (progress: InstallProgress) => void = noop,
  ): Promise<ArchiveReceipt> {
    return exportPackage(this.#context, this.#lookup, request, signal, onProgress);
  }

  importPackage(
    { from }: Calls['importPackage']['request'],
    signal: AbortSignal,
    onProgress: (progress: InstallProgress) => void = noop,
  ): Promise<ArchiveReceipt> {
    return importPackage(this.#context, from, signal, onProgress);
  }

  /** @throws GgenError PackageNotFound, PackageAmbiguous, InvalidRequest */
  stopSeeding(id: string): Promise<void> {
    return stopSeeding(this.#context, id);
  }

  keep(
    request: Calls['keep']['request'],
    signal: AbortSignal,
    onProgress: (progress: InstallProgress) => void = noop,
  ): Promise<KeptRelease> {
    return keepRelease(this.#context, this.#lookup, request, signal, onProgress);
  }

  /** @throws GgenError PackageNotFound */
  unkeep(id: string, version: string | undefined): void {
    unkeepRelease(this.#context, id, version);
  }

  cleanUpStorage(signal: AbortSignal, onProgress: (progress: CleanUpProgress) => void = noop): Promise<CleanUpReport> {
    return this.#context.retention.cleanUp(signal, (bytes) => {
      onProgress({ bytes });
    });
  }

  verifyStorage(signal: AbortSignal, onProgress: (progress: VerifyProgress) => void = noop): Promise<StorageReport> {
    return verifyStorage(this.#context, this.#lookup, signal, onProgress);
  }

  /** Forget all drafts, and stop reading. */
  close(): Promise<void> {
    this.reader.close();
    return this.#drafts.discardAll();
  }
}
