import { realpath } from 'node:fs/promises';
import { posix, relative, sep } from 'node:path';
import { checkPath } from '../../paths/path-safety.ts';
import { findRepositoryRoot } from '../repository/repository-root.ts';
import type { DiagnosticCollector } from './diagnostic-collector.ts';
import type { Table } from './document.ts';
import { readSource } from './manifest-source.ts';
import { parseManifest, syntaxDiagnostic } from './parse-manifest.ts';

/** Other manifests of the same repository, from which a manifest inherits. */
export class RelatedManifests {
  readonly #root: string;
  readonly #report: DiagnosticCollector;
  #names: Promise<readonly string[]> | undefined;

  /** @param root absolute path of the project's folder */
  constructor(root: string, report: DiagnosticCollector) {
    this.#root = root;
    this.#report = report;
  }

  /**
   * Reads a manifest; undefined when there is none. Errors in it are reported, because what it defines cannot be read.
   *
   * @param path relative to the project's root, which may lead out of it, but not out of the repository
   */
  async read(path: string): Promise<Table | undefined> {
    const clean = posix.normalize(path);
    const [, up = '', inside = ''] = /^((?:\.\.\/)*)(.*)$/.exec(clean) ?? [];
    const levels = up.length / '../'.length;
    if (checkPath(inside) !== undefined || (levels > 0 && levels > (await this.#namesAbove()).length)) return undefined;
    const base = levels === 0 ? this.#root : await realpath(this.#root);
    const source = await readSource(base, clean).catch(() => undefined);
    if (source === undefined) return undefined;
    if ('diagnostic' in source) {
      this.#report.addElsewhere(source.diagnostic);
      return undefined;
    }
    const { problems, document } = parseManifest(clean, source.text);
    for (const problem of problems) this.#report.addElsewhere(syntaxDiagnostic(clean, problem));
    return problems.length === 0 ? document?.root : undefined;
  }

  /**
   * The folders above a folder, the nearest first, up to the repository's root; without a repository up to the
   * project's root.
   *
   * @param folder relative to the project's root
   */
  async foldersAbove(folder: string): Promise<FolderAbove[]> {
    const names = folder === '.' ? [] : folder.split('/');
    const folders = names.map((_, at): FolderAbove => {
      const inside = names.slice(-1 - at).join('/');
      return { path: names.slice(0, -1 - at).join('/') || '.', inside };
    });
    const above = await this.#namesAbove();
    return [
      ...folders,
      ...above.map((_, at): FolderAbove => {
        const path = Array<string>(at + 1).fill('..');
        return { path: path.join('/'), inside: [...above.slice(-1 - at), ...names].join('/') };
      }),
    ];
  }

  /** Names of the folders from the repository's root to the project's root. */
  #namesAbove(): Promise<readonly string[]> {
    return (this.#names ??= namesAbove(this.#root));
  }
}

/** A folder above another one. */
export interface FolderAbove {
  /** Relative to the project's root. */
  readonly path: string;
  /** Path from here to the folder below. */
  readonly inside: string;
}

async function namesAbove(root: string): Promise<string[]> {
  const real = await realpath(root);
  const repository = await findRepositoryRoot(real);
  const path = repository === undefined ? '' : relative(repository, real);
  return path === '' ? [] : path.split(sep);
}
