import { lstat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { PackRule } from '../../../shared/model.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { PathSet } from '../selection/path-set.ts';
import type { FileSelection, PackDecision, RepositoryFiles } from '../selection/file-selection.ts';
import { excludedBy, packedBy } from '../selection/file-selection.ts';
import { manifestFolder } from '../selection/manifest-folder.ts';
import { RULES } from '../selection/pack-rules.ts';
import { npmFiles } from './npm-files.ts';
import type { NpmPackage } from '../manifest/package-formats/npm-package.ts';
import { NpmRules } from './npm-rules.ts';

/**
 * The files that npm packs, and fixtures that git tracks.
 *
 * @param root absolute path of the project
 * @throws GgenError InvalidRequest
 */
export async function npmSelection(
  root: string,
  manifest: Manifest,
  content: NpmPackage,
  { tracked, links }: RepositoryFiles,
): Promise<FileSelection> {
  const folder = manifestFolder(manifest);
  const files = await npmFiles(join(root, folder), content, links);
  const fixtures = await trackedFixtures(join(root, folder), content, folder, tracked);
  return new NpmSelection(manifest, content, new Set(files.map((path) => posix.join(folder, path))), new Set(fixtures));
}

class NpmSelection implements FileSelection {
  readonly gitignore = false;
  readonly hasOwnList: boolean;
  readonly replacesDefaults = true;
  readonly listed: PathSet;
  readonly #folder: string;
  readonly #packed: ReadonlySet<string>;
  readonly #fixtures: ReadonlySet<string>;
  readonly #rules: NpmRules;

  constructor(manifest: Manifest, content: NpmPackage, packed: ReadonlySet<string>, fixtures: ReadonlySet<string>) {
    this.#folder = manifestFolder(manifest);
    this.#packed = packed;
    this.#fixtures = fixtures;
    this.hasOwnList = content.files !== undefined;
    this.listed = new PathSet([...packed, ...fixtures]);
    this.#rules = new NpmRules(content, manifest);
  }

  folder(path: string): PackDecision {
    if (this.listed.hasBelow(path)) return packedBy(RULES.byDefault);
    return excludedBy(this.#isInside(path) ? this.#rules.excluding(path, true) : OUTSIDE);
  }

  names(path: string): boolean {
    return this.#isInside(path) && this.#rules.names(path);
  }

  file(path: string): PackDecision {
    if (this.#packed.has(path)) return packedBy(this.#rules.including(path));
    if (this.#fixtures.has(path)) return packedBy(RULES.trackedFixture);
    return excludedBy(this.#isInside(path) ? this.#rules.excluding(path, false) : OUTSIDE);
  }

  async enter(path: string, absolutePath: string, names: readonly string[]): Promise<undefined> {
    if (path === this.#folder || this.#isInside(path)) await this.#rules.enter(path, absolutePath, names);
  }

  #isInside(path: string): boolean {
    return this.#folder === '' || path.startsWith(`${this.#folder}/`);
  }
}

const OUTSIDE: PackRule = { text: 'outside the folder of package.json' };

/** Without a list of its own, a project has its fixtures: npm leaves out each folder named node_modules. */
async function trackedFixtures(
  absolutePath: string,
  { files }: NpmPackage,
  folder: string,
  tracked: ReadonlySet<string>,
): Promise<string[]> {
  const hasOwnList = files !== undefined || (await lstat(join(absolutePath, '.npmignore')).catch(() => undefined));
  if (hasOwnList) return [];
  const prefix = folder === '' ? '' : `${folder}/`;
  return [...tracked].filter(
    (path) => path.startsWith(prefix) && path.split('/').slice(0, -1).includes('node_modules'),
  );
}
