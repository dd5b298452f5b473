import { parsePackageId, shortPublisherId } from '../../identity/publisher-id.ts';
import { GgenError } from '../../shared/errors.ts';
import type { PackageDetails, Release, ReleaseDetails } from '../../shared/model.ts';
import { Quorum } from '../protocols/quorum.ts';
import { matchRelease } from '../records/releases.ts';
import type { SpanHandle } from '../telemetry/span.ts';
import { BoundedCache } from '../../shared/bounded-cache.ts';
import type { RegistryContext } from './context.ts';
import { SharedCalls } from './shared-calls.ts';

/** A known record is answered at once, and asked for again behind the answer, at most this often (ggen's figure). */
const CACHE_TTL_MS = 300_000;
/** Packages that are kept ready, and those whose freshness is remembered. A record has 64 KiB at most, a few usually. */
const MAX_CACHED_PACKAGES = 500;
const MAX_TRACKED_REFRESHES = 10_000;

/** Finding packages by id, in three tiers: memory, catalog, network. */
export class Lookup {
  readonly #context: RegistryContext;
  readonly #cache = new BoundedCache<PackageDetails>({ maxEntries: MAX_CACHED_PACKAGES, ttlMs: CACHE_TTL_MS });
  readonly #refreshed = new BoundedCache<true>({ maxEntries: MAX_TRACKED_REFRESHES, ttlMs: CACHE_TTL_MS });
  readonly #queries = new SharedCalls<undefined>();

  constructor(context: RegistryContext) {
    this.#context = context;
  }

  /** A package changed: what is kept ready of it is void. Without an id: of all. */
  invalidate(id?: string): void {
    if (id === undefined) this.#cache.clear();
    else this.#cache.delete(id);
  }

  /**
   * What is known here is answered at once, and asked for again behind it; what is not is asked of the network.
   *
   * @throws GgenError InvalidRequest, PackageNotFound, PackageAmbiguous
   */
  getPackage(id: string, signal: AbortSignal): Promise<PackageDetails> {
    return this.#context.telemetry.span('get_package', { package_id: id }, (span) =>
      this.#getPackage(id, signal, span),
    );
  }

  async #getPackage(id: string, signal: AbortSignal, span: SpanHandle): Promise<PackageDetails> {
    const { name, publisher } = await this.#resolve(id, signal);
    const known = this.#known(publisher, name);
    span.set({ cache_hit: known !== undefined });
    if (known !== undefined) {
      this.#refresh(publisher, name);
      return known;
    }
    await this.#queryNetwork(publisher, name, signal);
    const found = this.#known(publisher, name);
    if (found === undefined) throw packageNotFound(id, this.#context.network() !== undefined);
    return found;
  }

  /**
   * @param version exact, a range, or empty for the latest. An exact version is found even when it was yanked.
   * @throws GgenError as getPackage, and VersionNotFound
   */
  async getVersion(id: string, version: string, signal: AbortSignal): Promise<ReleaseDetails> {
    const details = await this.getPackage(id, signal);
    const pick = (from: PackageDetails): Release | undefined =>
      matchRelease(from.releases, version === '' ? '*' : version);
    let release = pick(details);
    if (release === undefined) {
      // The record at hand may be older than the version that somebody was told of.
      await this.#queryNetwork(details.publisher, details.name, signal);
      release = pick(this.#known(details.publisher, details.name) ?? details);
    }
    if (release === undefined) throw versionNotFound(details, version);
    const { publisher, name, metadata } = details;
    return { id: details.id, publisher, name, metadata, release };
  }

  /** Out of memory, else out of the catalog. Who serves a package changes without its record, so that is always read. */
  #known(publisher: string, name: string): PackageDetails | undefined {
    const { packages } = this.#context.catalog;
    const id = `${publisher}/${name}`;
    const cached = this.#cache.get(id);
    if (cached !== undefined) return { ...cached, providers: packages.countProviders(publisher, name) };
    const details = packages.details(publisher, name);
    if (details !== undefined) this.#cache.set(id, details);
    return details;
  }

  async #resolve(id: string, signal: AbortSignal): Promise<{ publisher: string; name: string }> {
    const { publisher, name } = parsePackageId(id);
    if (publisher !== undefined) return { publisher, name };
    const { packages } = this.#context.catalog;
    let publishers = packages.publishersOf(name);
    if (publishers.length === 0) {
      await this.#search(name, signal);
      publishers = packages.publishersOf(name);
    }
    const [only] = publishers;
    if (only === undefined) throw packageNotFound(id, this.#context.network() !== undefined);
    if (publishers.length > 1) {
      throw new GgenError(
        'PackageAmbiguous',
        `Several publishers have a package named '${name}': ${publishers.map(shortPublisherId).join(', ')}. Specify publisher/name.`,
        { details: { name, candidates: publishers.map((owner) => `${owner}/${name}`) } },
      );
    }
    return { publisher: only, name };
  }

  /** Both paths that find a package by its id, side by side; what they find is in the catalog afterwards. */
  async #queryNetwork(publisher: string, name: string, signal: AbortSignal): Promise<void> {
    const network = this.#context.network();
    if (network === undefined) return;
    const query = async (sharedSignal: AbortSignal): Promise<undefined> => {
      const knownSequence = this.#sequence(publisher, name);
      const quorum = new Quorum();
      const headFound = new AbortController();
      const stopSignal = AbortSignal.any([sharedSignal, quorum.signal, headFound.signal]);
      const timeoutSignal = AbortSignal.any([stopSignal, AbortSignal.timeout(this.#context.settings().timeout)]);
      const head = network.heads.fetch(publisher, name, timeoutSignal).then((ok) => {
        // The newest of what several peers hold: a search would only find the same.
        if (ok) headFound.abort();
      });
      const searched = this.#fanOut(name, stopSignal, () => {
        // The slowest of the others is not waited for.
        if (!quorum.hasAnswers && this.#sequence(publisher, name) > knownSequence) quorum.addAnswer();
      });
      await Promise.all([head, searched]).finally(() => {
        quorum.end();
      });
      return undefined;
    };
    await this.#queries.run(`package ${publisher}/${name}`, query, { signal });
  }

  /** Of the newest record known; 0 when there is none. */
  #sequence(publisher: string, name: string): number {
    return this.#context.catalog.packages.get(publisher, name)?.record.seq ?? 0;
  }

  async #search(name: string, signal: AbortSignal): Promise<void> {
    await this.#queries.run(`name ${name}`, (sharedSignal) => this.#fanOut(name, sharedSignal), { signal });
  }

  /** @param onUpdate called whenever something was found or a peer came to its end */
  async #fanOut(name: string, signal: AbortSignal, onUpdate: () => void = ignoreUpdate): Promise<undefined> {
    const { fanOut, timeout: timeoutMs } = this.#context.settings();
    const query = { text: name, limit: 20, includeYanked: true };
    await this.#context.network()?.search.fanOut(query, { fanOut, signal, timeoutMs, onUpdate });
    return undefined;
  }

  #refresh(publisher: string, name: string): void {
    const network = this.#context.network();
    const id = `${publisher}/${name}`;
    if (network === undefined || this.#refreshed.get(id) === true) return;
    this.#refreshed.set(id, true);
    this.#context.background(`newer version of ${id}`, (signal) => network.heads.fetch(publisher, name, signal));
  }
}

function ignoreUpdate(): void {
  // Who asks looks into the catalog in the end.
}

function packageNotFound(id: string, online: boolean): GgenError {
  return new GgenError(
    'PackageNotFound',
    online
      ? `No connected peer knows the package '${id}'. Check the name, or connect to a peer that has it.`
      : `The package '${id}' is not known on this machine, and the node is not running. Start the node to search the network.`,
    { details: { id } },
  );
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
