import { parsePackageId } from '../../identity/publisher-id.ts';
import { GgenError } from '../../shared/errors.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import type { BlockFiles } from '../blocks/blocks.ts';
import { parseRoot } from '../blocks/blocks.ts';
import { localBlocks } from '../blocks/local-blocks.ts';
import type { RegistryContext } from '../registry/context.ts';

/**
 * Which blocks are handed out: those of what is served. A block that a served package shares with one that is not served
 * stays available, so stopping one package never breaks another.
 */
export class ServedContent {
  readonly #catalogue: Catalogue;
  readonly #blocks: BlockFiles;
  #hidden: ReadonlySet<string> = new Set();

  constructor(catalogue: Catalogue, blocks: BlockFiles) {
    this.#catalogue = catalogue;
    this.#blocks = blocks;
  }

  isHidden(cid: { toString(): string }): boolean {
    return this.#hidden.size > 0 && this.#hidden.has(cid.toString());
  }

  /** Find out anew what is hidden. Nothing is walked as long as the user stopped nothing. */
  async refresh(): Promise<void> {
    const stopped = this.#catalogue.serving.stopped();
    if (stopped.length === 0) {
      this.#hidden = new Set();
      return;
    }
    const hidden = await this.#blocksOf(stopped);
    const served = await this.#blocksOf(this.#catalogue.serving.list());
    for (const key of served) hidden.delete(key);
    this.#hidden = hidden;
  }

  async stop(publisher: string, name: string): Promise<void> {
    this.#catalogue.serving.stop(publisher, name, Date.now());
    await this.refresh();
  }

  /** The package was published, installed or kept again. */
  async resume(publisher: string, name: string): Promise<void> {
    const { serving } = this.#catalogue;
    if (serving.resume(publisher, name) || !serving.installed) await this.refresh();
  }

  /** Whether what was installed is handed out. Returns whether that is a change. */
  async serveInstalled(wanted: boolean): Promise<boolean> {
    const { serving } = this.#catalogue;
    if (serving.installed === wanted) return false;
    serving.installed = wanted;
    await this.refresh();
    return true;
  }

  async #blocksOf(packages: readonly { publisher: string; name: string }[]): Promise<Set<string>> {
    const { packages: records, installs, kept } = this.#catalogue;
    const here = [...installs.list(), ...kept.list()];
    const seen = new Set<string>();
    for (const { publisher, name } of packages) {
      const roots = (records.get(publisher, name)?.record.releases ?? []).map(({ root }) => root);
      const mine = here.filter((one) => one.publisher === publisher && one.name === name).map(({ root }) => root);
      for (const root of new Set([...roots, ...mine])) await localBlocks(parseRoot(root), this.#blocks, seen);
    }
    return seen;
  }
}

/**
 * Serve a package's content to nobody any more, and say so: to those who ask, and in the DHT.
 *
 * @throws GgenError PackageNotFound, PackageAmbiguous, InvalidRequest
 */
export async function stopServing(context: RegistryContext, id: string): Promise<void> {
  const { publisher, name } = servedPackage(context.catalogue, id);
  await context.served.stop(publisher, name);
  // Peers that catch up read that it is not served here any more.
  context.catalogue.packages.relog(publisher, name);
  context.network()?.provider.soon();
  context.onChange(`${publisher}/${name}`);
  context.loggers('publish').info(`${publisher}/${name} is not served to others any more`);
}

function servedPackage({ serving }: Catalogue, id: string): { publisher: string; name: string } {
  const wanted = parsePackageId(id);
  const found = serving
    .list()
    .filter(({ publisher, name }) => name === wanted.name && publisher === (wanted.publisher ?? publisher));
  const [only, other] = found;
  if (only === undefined) {
    throw new GgenError(
      'PackageNotFound',
      `'${id}' is not served here. Only packages that are published, installed or kept offline are.`,
      {
        details: { id },
      },
    );
  }
  if (other !== undefined) {
    throw new GgenError('PackageAmbiguous', `Several publishers have a '${wanted.name}' that is served here.`, {
      details: { id, candidates: found.map((one) => `${one.publisher}/${one.name}`) },
    });
  }
  return only;
}
