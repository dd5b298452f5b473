import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import packlist from 'npm-packlist';
import type { Options, PackageNode, StatOptions, WalkerOptions } from 'npm-packlist';
import type { RepositoryLinks } from '../repository/repository-links.ts';
import type { NpmPackage } from '../manifest/package-formats/npm-package.ts';

/** Where a walker of npm is: what its path leads to, and the real folders with the links on the way. */
interface Place {
  readonly realPath: string;
  readonly via: readonly string[];
}

/** Lists what npm packs, with links followed. @throws Error when a folder or an ignore file cannot be read */
export function listPackedFiles(tree: PackageNode, options: Options, links: RepositoryLinks): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const place = { realPath: options.path, via: [] };
    new LinkWalker(tree, { ...options, isPackage: true }, links, place).on('done', resolve).on('error', reject).start();
  });
}

/**
 * Writes the entries of `files` that are links in another form: npm takes no entry that is one. A folder gets a slash, a
 * file becomes a pattern that matches it alone.
 */
export async function withoutLinks(folder: string, content: NpmPackage, links: RepositoryLinks): Promise<NpmPackage> {
  if (content.files === undefined) return content;
  const files = content.files.map(async (entry) => {
    const link = join(folder, entry.replace(/\/+$/, ''));
    const isLink = (await lstat(link).catch(() => undefined))?.isSymbolicLink() === true;
    const target = isLink ? await links.resolve(link, [folder]) : undefined;
    if (target === undefined || 'skip' in target) return entry;
    return target.isFolder ? `${entry.replace(/\/+$/, '')}/` : entry.replace(/(\w)(?=\W*$)/, '[$1]');
  });
  return { ...content, files: await Promise.all(files) };
}

/** Npm's own walk, which also follows links inside the repository. */
class LinkWalker extends packlist.Walker {
  readonly #tree: PackageNode;
  readonly #links: RepositoryLinks;
  readonly #place: Place;
  /** By the name of a link to a folder. */
  readonly #linked = new Map<string, Place>();

  constructor(tree: PackageNode, options: WalkerOptions, links: RepositoryLinks, place: Place) {
    super(tree, options);
    this.#tree = tree;
    this.#links = links;
    this.#place = place;
  }

  override onstat(options: StatOptions, callback: () => void): void {
    if (options.st.isSymbolicLink()) {
      this.#follow(options, callback).catch((error: unknown) => this.emit('error', error));
    } else super.onstat(options, callback);
  }

  override walker(entry: string, options: object, callback: () => void): void {
    const { realPath, via } = this.#place;
    const place = this.#linked.get(entry) ?? { realPath: join(realPath, entry), via };
    new LinkWalker(this.#tree, this.walkerOpt(entry, options), this.#links, place).on('done', callback).start();
  }

  async #follow(options: StatOptions, callback: () => void): Promise<void> {
    const { realPath } = this.#place;
    const via = [...this.#place.via, realPath];
    const target = await this.#links.resolve(join(realPath, options.entry), via);
    if ('skip' in target) {
      callback();
      return;
    }
    if (target.isFolder) this.#linked.set(options.entry, { realPath: target.path, via });
    super.onstat({ ...options, st: await lstat(target.path) }, callback);
  }
}
