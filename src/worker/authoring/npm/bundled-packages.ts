import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackageEdge, PackageNode } from 'npm-packlist';
import { isTable } from '../manifest/document.ts';
import { npmPackage } from '../manifest/package-formats/npm-package.ts';
import type { NpmPackage } from '../manifest/package-formats/npm-package.ts';

/**
 * The tree of installed packages as far as `bundleDependencies` reaches into it. Packages are found in `node_modules`
 * of a package's folder or of a parent, up to the project's.
 */
export class BundledPackages {
  readonly #root: string;
  readonly #nodes = new Map<string, PackageNode>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The project itself. */
  rootNode(content: NpmPackage, workspaces: readonly string[]): PackageNode {
    const members = workspaces.length === 0 ? undefined : new Map(workspaces.map((folder) => [folder, folder]));
    return { ...this.#nodeOf(this.#root, content), isProjectRoot: true, workspaces: members };
  }

  /** npm-packlist asks synchronously. */
  #nodeOf(path: string, content: NpmPackage): PackageNode {
    const known = this.#nodes.get(path);
    if (known !== undefined) return known;
    const edgesOut = { get: (name: string) => this.#edge(path, content, name) };
    const node = { path, package: content, isProjectRoot: false, edgesOut };
    this.#nodes.set(path, node);
    return node;
  }

  #edge(from: string, { dependencies, optionalDependencies }: NpmPackage, name: string): PackageEdge | undefined {
    if (!Object.hasOwn(dependencies, name) && !Object.hasOwn(optionalDependencies, name)) return undefined;
    for (let folder = from; ; folder = dirname(folder)) {
      const to = this.#installed(join(folder, 'node_modules', name));
      if (to !== undefined) return { peer: false, dev: false, to };
      if (folder === this.#root || folder === dirname(folder)) return { peer: false, dev: false, to: undefined };
    }
  }

  #installed(path: string): PackageEdge['to'] {
    try {
      const isLink = lstatSync(path).isSymbolicLink();
      const target = realpathSync(path);
      const value: unknown = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
      return isTable(value) ? { path, isLink, target: this.#nodeOf(target, npmPackage(value)) } : undefined;
    } catch {
      return undefined;
    }
  }
}
