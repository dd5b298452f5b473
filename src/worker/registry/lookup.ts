import { GgenError } from '../../shared/errors.ts';
import type { NodeSettings, PackageDetails, Release, ReleaseDetails, ResolvedName } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Heads } from '../protocols/heads/index.ts';
import type { Search } from '../protocols/search/index.ts';
import { Quorum } from '../protocols/shared/quorum.ts';
import { matchRelease } from '../records/releases.ts';
import type { SpanHandle } from '../telemetry/span.ts';
import type { Tracing } from '../telemetry/telemetry.ts';
import { BoundedCache } from '../../shared/bounded-cache.ts';
import type { NameContext } from './name-choice.ts';
import { NameResolver, packageNotFound } from './resolve-name.ts';
import { SharedCalls } from './shared-calls.ts';

/** How long a package stays in memory, and the shortest time between two refreshes of it from the network (ggen's figure). */
const CACHE_TTL_MS = 300_000;
/** Packages in memory. A record has at most 64 KiB, and usually a few. */
const MAX_CACHED_PACKAGES = 500;
/** Packages whose last refresh is remembered. */
const MAX_TRACKED_REFRESHES = 10_000;
const MAX_NAME_RESULTS = 20;

export interface LookupDeps {
  readonly catalog: {
    readonly packages: Pick<Catalog['packages'], 'countProviders' | 'details' | 'get'>;
    readonly publishers: Pick<Catalog['publishers'], 'candidates' | 'get' | 'inState'>;
  };
  readonly telemetry: Pick<Tracing, 'span'>;
  readonly settings: () => Pick<NodeSettings, 'fanOut' | 'timeout'>;
  /** Undefined while no node runs. */
  readonly network: () => { readonly heads: Pick<Heads, 'fetch'>; readonly search: Pick<Search, 'fanOut'> } | undefined;
  /** Run work that no caller waits for; the engine ends it when it closes. */
  readonly background: (label: string, work: (signal: AbortSignal) => Promise<unknown>) => void;
}

/** Finds packages by id, in three tiers: memory, catalog, network. */
export class Lookup {
  readonly #deps: LookupDeps;
  readonly #cache = new BoundedCache<PackageDetails>({ maxEntries: MAX_CACHED_PACKAGES, ttlMs: CACHE_TTL_MS });
  readonly #refreshed = new BoundedCache<true>({ maxEntries: MAX_TRACKED_REFRESHES, ttlMs: CACHE_TTL_MS });
  readonly #queries = new SharedCalls<undefined>();
  readonly #names: NameResolver;

  constructor(deps: LookupDeps) {
    this.#deps = deps;
    this.#names = new NameResolver(
      { catalog: deps.catalog, isOnline: () => deps.network() !== undefined },
      {
        ofAnyone: (name, signal) => this.#search(name, signal),
        ofPublishers: (name, publishers, signal) => this.#search(name, signal, publishers),
        ofPublisher: (name, publisher, signal) => this.#queryNetwork(publisher, name, signal),
      },
    );
  }

  /** Drop a package from memory because it changed; without an id, all of them. */
  invalidate(id?: string): void {
    if (id === undefined) this.#cache.clear();
    else this.#cache.delete(id);
  }

  /**
   * Find which package an id or bare name means, as `NameResolver.resolve`.
   *
   * @throws GgenError InvalidRequest, PackageNotFound, PackageAmbiguous
   */
  resolve(id: string, signal: AbortSignal, context?: NameContext): Promise<ResolvedName> {
    return this.#names.resolve(id, signal, context);
  }

  /**
   * Find a package. A known one is answered at once and refreshed in the background; an unknown one is looked up on the
   * network.
   *
   * @throws GgenError InvalidRequest, PackageNotFound, PackageAmbiguous
   */
  getPackage(id: string, signal: AbortSignal): Promise<PackageDetails> {
    return this.#deps.telemetry.span('get_package', { package_id: id }, (span) => this.#getPackage(id, signal, span));
  }

  async #getPackage(id: string, signal: AbortSignal, span: SpanHandle): Promise<PackageDetails> {
    const { name, publisher } = await this.resolve(id, signal);
    const known = this.#known(publisher, name);
    span.set({ cache_hit: known !== undefined });
    if (known !== undefined) {
      this.#refresh(publisher, name);
      return known;
    }
    await this.#queryNetwork(publisher, name, signal);
    const found = this.#known(publisher, name);
    if (found === undefined) throw packageNotFound(id, this.#deps.network() !== undefined);
    return found;
  }

  /**
   * Find a release of a package.
   *
   * @param version exact, a range, a dist-tag, or empty for the latest. An exact version also finds a yanked release.
   * @throws GgenError as getPackage, and VersionNotFound
   */
  async getVersion(id: string, version: string, signal: AbortSignal): Promise<ReleaseDetails> {
    const details = await this.getPackage(id, signal);
    const pick = (from: PackageDetails): Release | undefined => matchRelease(from, version);
    let release = pick(details);
    if (release === undefined) {
      // The publisher may have released the version after the known record was signed.
      await this.#queryNetwork(details.publisher, details.name, signal);
      release = pick(this.#known(details.publisher, details.name) ?? details);
    }
    if (release === undefined) throw versionNotFound(details, version);
    const { publisher, name, metadata } = details;
    return { id: details.id, publisher, name, metadata, release };
  }

  /** From memory, else from the catalog. Providers change while the record does not, so they are always counted afresh. */
  #known(publisher: string, name: string): PackageDetails | undefined {
    const { packages } = this.#deps.catalog;
    const id = `${publisher}/${name}`;
    const cached = this.#cache.get(id);
    if (cached !== undefined) return { ...cached, providers: packages.countProviders(publisher, name) };
    const details = packages.details(publisher, name);
    if (details !== undefined) this.#cache.set(id, details);
    return details;
  }

  /** Ask the DHT for the head and peers for the name, at the same time. What they answer is in the catalog afterwards. */
  async #queryNetwork(publisher: string, name: string, signal: AbortSignal): Promise<void> {
    const network = this.#deps.network();
    if (network === undefined) return;
    const query = async (sharedSignal: AbortSignal): Promise<undefined> => {
      const knownSequence = this.#sequence(publisher, name);
      const quorum = new Quorum();
      const headFound = new AbortController();
      const stopSignal = AbortSignal.any([sharedSignal, quorum.signal, headFound.signal]);
      const timeoutSignal = AbortSignal.any([stopSignal, AbortSignal.timeout(this.#deps.settings().timeout)]);
      const head = network.heads.fetch(publisher, name, timeoutSignal).then((ok) => {
        // A quorum of DHT peers agreed on the newest record, so a search would find the same.
        if (ok) headFound.abort();
      });
      const searched = this.#fanOut(name, stopSignal, () => {
        // The first newer record ends the wait for the slowest peers.
        if (!quorum.hasAnswers && this.#sequence(publisher, name) > knownSequence) quorum.addAnswer();
      });
      await Promise.all([head, searched]).finally(() => {
        quorum.end();
      });
      return undefined;
    };
    await this.#queries.run(`package ${publisher}/${name}`, query, { signal });
  }

  /** Sequence number of the known record; 0 when there is none. */
  #sequence(publisher: string, name: string): number {
    return this.#deps.catalog.packages.get(publisher, name)?.record.seq ?? 0;
  }

  async #search(name: string, signal: AbortSignal, publishers: readonly string[] = []): Promise<void> {
    const filter = publishers.length === 0 ? {} : { publishers };
    const key = ['name', name, ...publishers].join(' ');
    await this.#queries.run(key, (sharedSignal) => this.#fanOut(name, sharedSignal, ignoreUpdate, filter), { signal });
  }

  /** @param onUpdate called after each answer and each failure of a peer */
  async #fanOut(
    name: string,
    signal: AbortSignal,
    onUpdate: () => void,
    filter: { readonly publishers?: readonly string[] } = {},
  ): Promise<undefined> {
    const { fanOut, timeout: timeoutMs } = this.#deps.settings();
    const query = { text: name, limit: MAX_NAME_RESULTS, includeYanked: true, ...filter };
    await this.#deps.network()?.search.fanOut(query, { fanOut, signal, timeoutMs, onUpdate });
    return undefined;
  }

  #refresh(publisher: string, name: string): void {
    const network = this.#deps.network();
    const id = `${publisher}/${name}`;
    if (network === undefined || this.#refreshed.get(id) === true) return;
    this.#refreshed.set(id, true);
    this.#deps.background(`newer version of ${id}`, (signal) => network.heads.fetch(publisher, name, signal));
  }
}

function ignoreUpdate(): void {
  // The caller reads the catalog when the search has ended.
}

function versionNotFound({ id, name, releases }: PackageDetails, version: string): GgenError {
  const usable = releases.filter(({ yanked }) => !yanked).map((release) => release.version);
  const newest = usable.slice(-5).reverse();
  return new GgenError(
    'VersionNotFound',
    newest.length === 0
      ? `All releases of '${name}' were yanked by their publisher.`
      : `'${name}' has no version that matches '${version === '' ? '*' : version}'. The latest versions are ${newest.join(', ')}.`,
    { details: { id, version, versions: newest } },
  );
}
