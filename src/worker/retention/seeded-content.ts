import { parsePackageId } from '../../identity/publisher-id.ts';
import { GgenError } from '../../shared/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import { localBlocks } from '../blocks/local-blocks.ts';
import { announceSeedingChange } from './announce-seeding-change.ts';
import type { AnnounceSeedingChangeDeps } from './announce-seeding-change.ts';

/** What of the catalog says which content is seeded. */
export type SeededContentCatalog = Pick<Catalog, 'seeding' | 'packages' | 'installs' | 'kept'>;

/**
 * Decides which stored blocks are seeded: those of seeded packages. A block that a seeded package shares with one that
 * is not seeded stays available, so that stopping one package never breaks another.
 */
export class SeededContent {
  readonly #catalog: SeededContentCatalog;
  readonly #blocks: BlockStore;
  readonly #closed = new AbortController();
  #hidden: ReadonlySet<string> = new Set();
  #lastRefresh: Promise<void> = Promise.resolve();

  constructor(catalog: SeededContentCatalog, blocks: BlockStore) {
    this.#catalog = catalog;
    this.#blocks = blocks;
  }

  isHidden(cid: { toString(): string }): boolean {
    return this.#hidden.size > 0 && this.#hidden.has(cid.toString());
  }

  /**
   * Determines the hidden blocks again. One refresh at a time: the last one sees the last change of the catalog. No
   * block is read while the user has not stopped seeding any package.
   *
   * @throws AbortError when the engine closes
   */
  refresh(): Promise<void> {
    const refresh = this.#lastRefresh.then(() => this.#refresh());
    this.#lastRefresh = refresh.catch(() => undefined);
    return refresh;
  }

  async stop(publisher: string, name: string): Promise<void> {
    this.#catalog.seeding.stop(publisher, name, Date.now());
    await this.refresh();
  }

  /** Seeds a package that is published, installed or kept again. */
  async resume(publisher: string, name: string): Promise<void> {
    const { seeding } = this.#catalog;
    if (seeding.resume(publisher, name) || !seeding.includesInstalled) await this.refresh();
  }

  /** Sets whether installed packages are seeded. Returns whether that is a change. */
  async seedInstalled(enabled: boolean): Promise<boolean> {
    const { seeding } = this.#catalog;
    if (seeding.includesInstalled === enabled) return false;
    seeding.includesInstalled = enabled;
    await this.refresh();
    return true;
  }

  /** Aborts a refresh in progress. */
  close(): void {
    this.#closed.abort();
  }

  async #refresh(): Promise<void> {
    this.#closed.signal.throwIfAborted();
    const stopped = this.#catalog.seeding.listStopped();
    if (stopped.length === 0) {
      this.#hidden = new Set();
      return;
    }
    const hidden = await this.#blocksOf(stopped);
    const seeded = await this.#blocksOf(this.#catalog.seeding.list());
    for (const key of seeded) hidden.delete(key);
    this.#hidden = hidden;
  }

  #blocksOf(packages: readonly { publisher: string; name: string }[]): Promise<Set<string>> {
    const { packages: records, installs, kept } = this.#catalog;
    const local = [...installs.list(), ...kept.list()];
    const roots = packages.flatMap(({ publisher, name }) => [
      ...(records.get(publisher, name)?.record.releases ?? []).map(({ root }) => root),
      ...local.filter((one) => one.publisher === publisher && one.name === name).map(({ root }) => root),
    ]);
    return localBlocks([...new Set(roots)].map(parseRootCid), this.#blocks, this.#closed.signal);
  }
}

/** Dependencies of `stopSeeding`. */
export interface StopSeedingDeps extends AnnounceSeedingChangeDeps {
  readonly catalog: AnnounceSeedingChangeDeps['catalog'] & Pick<Catalog, 'seeding'>;
  readonly seededContent: Pick<SeededContent, 'stop'>;
}

/**
 * Stops seeding a package, and announces it to peers and the DHT.
 *
 * @throws GgenError PackageNotFound, PackageAmbiguous, InvalidRequest
 */
export async function stopSeeding(deps: StopSeedingDeps, id: string): Promise<void> {
  const { publisher, name } = findSeededPackage(deps.catalog, id);
  await deps.seededContent.stop(publisher, name);
  announceSeedingChange(deps, publisher, name);
  deps.loggers('publish').info(`Stopped seeding ${publisher}/${name}`);
}

function findSeededPackage({ seeding }: Pick<Catalog, 'seeding'>, id: string): { publisher: string; name: string } {
  const parsed = parsePackageId(id);
  const found = seeding
    .list()
    .filter(({ publisher, name }) => name === parsed.name && publisher === (parsed.publisher ?? publisher));
  const [only, other] = found;
  if (only === undefined) {
    throw new GgenError(
      'PackageNotFound',
      `'${id}' is not being seeded. Only packages that are published, installed, or kept offline are seeded.`,
      {
        details: { id },
      },
    );
  }
  if (other !== undefined) {
    throw new GgenError(
      'PackageAmbiguous',
      `Several publishers have a '${parsed.name}' that is being seeded. Specify publisher/name.`,
      {
        details: { id, candidates: found.map((one) => `${one.publisher}/${one.name}`) },
      },
    );
  }
  return only;
}
