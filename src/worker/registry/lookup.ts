import { parsePackageId, shortPublisherId } from '../../identity/publisher-id.ts';
import { GgenError } from '../../shared/errors.ts';
import type { PackageDetails, Release, ReleaseDetails } from '../../shared/model.ts';
import { matchRelease } from '../records/releases.ts';
import type { RegistryContext } from './context.ts';

/** A known record is answered at once, and asked for again behind the answer, at most this often (ggen's figure). */
const FRESH_MS = 300_000;
/** Packages whose freshness is remembered. */
const REMEMBERED = 10_000;

/** Finding packages by id: here first, then the network. */
export class Lookup {
  readonly #context: RegistryContext;
  readonly #asked = new Map<string, number>();

  constructor(context: RegistryContext) {
    this.#context = context;
  }

  /** @throws GgenError InvalidRequest, PackageNotFound, PackageAmbiguous */
  async getPackage(id: string, signal: AbortSignal): Promise<PackageDetails> {
    const { name, publisher } = await this.#resolve(id, signal);
    const { packages } = this.#context.catalogue;
    const known = packages.details(publisher, name);
    if (known !== undefined) {
      this.#refresh(publisher, name);
      return known;
    }
    await this.#ask(publisher, name, signal);
    const found = packages.details(publisher, name);
    if (found === undefined) throw notFound(id, this.#context.network() !== undefined);
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
      await this.#ask(details.publisher, details.name, signal);
      release = pick(this.#context.catalogue.packages.details(details.publisher, details.name) ?? details);
    }
    if (release === undefined) throw versionNotFound(details, version);
    const { publisher, name, metadata } = details;
    return { id: details.id, publisher, name, metadata, release };
  }

  async #resolve(id: string, signal: AbortSignal): Promise<{ publisher: string; name: string }> {
    const { publisher, name } = parsePackageId(id);
    if (publisher !== undefined) return { publisher, name };
    const { packages } = this.#context.catalogue;
    let publishers = packages.publishersOf(name);
    if (publishers.length === 0) {
      await this.#search(name, signal);
      publishers = packages.publishersOf(name);
    }
    const [only] = publishers;
    if (only === undefined) throw notFound(id, this.#context.network() !== undefined);
    if (publishers.length > 1) {
      throw new GgenError(
        'PackageAmbiguous',
        `Several publishers have a package named '${name}': ${publishers.map(shortPublisherId).join(', ')}. Name it as publisher/name.`,
        { details: { name, candidates: publishers.map((owner) => `${owner}/${name}`) } },
      );
    }
    return { publisher: only, name };
  }

  /** Both paths that find a package by its id, side by side; what they find is in the catalogue afterwards. */
  async #ask(publisher: string, name: string, signal: AbortSignal): Promise<void> {
    const network = this.#context.network();
    if (network === undefined) return;
    const bound = AbortSignal.any([signal, AbortSignal.timeout(this.#context.settings().timeout)]);
    const found = new AbortController();
    const either = AbortSignal.any([bound, found.signal]);
    const head = network.heads.fetch(publisher, name, either).then((ok) => {
      if (ok) found.abort();
    });
    await Promise.all([head, this.#search(name, either)]);
    signal.throwIfAborted();
  }

  async #search(name: string, signal: AbortSignal): Promise<void> {
    const { fanOut, timeout } = this.#context.settings();
    await this.#context
      .network()
      ?.search.fanOut(
        { text: name, limit: 20 },
        { fanOut, signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]), onRecord: () => undefined },
      );
  }

  #refresh(publisher: string, name: string): void {
    const network = this.#context.network();
    const id = `${publisher}/${name}`;
    const now = Date.now();
    if (network === undefined || now - (this.#asked.get(id) ?? 0) < FRESH_MS) return;
    if (this.#asked.size >= REMEMBERED) this.#asked.clear();
    this.#asked.set(id, now);
    this.#context.background(`asking for a newer ${id}`, (signal) => network.heads.fetch(publisher, name, signal));
  }
}

function notFound(id: string, online: boolean): GgenError {
  return new GgenError(
    'PackageNotFound',
    online
      ? `Nobody who is connected knows a package '${id}'. Check its name, or connect to a peer that has it.`
      : `The package '${id}' is not known here, and the node is not running. Start the node to ask the network.`,
    { details: { id } },
  );
}

function versionNotFound({ id, name, releases }: PackageDetails, version: string): GgenError {
  const usable = releases.filter(({ yanked }) => !yanked).map((release) => release.version);
  const last = usable.slice(-5).reverse();
  return new GgenError(
    'VersionNotFound',
    last.length === 0
      ? `Every release of '${name}' was withdrawn by its publisher.`
      : `'${name}' has no version that matches '${version === '' ? '*' : version}'. Its newest are ${last.join(', ')}.`,
    { details: { id, version, versions: last } },
  );
}
