import type { Calls } from '../../shared/api/index.ts';
import { MAX_READ_BYTES } from '../../shared/limits.ts';
import { GgenError } from '../../shared/errors.ts';
import type { ReleaseBytes, ReleaseComparison, ReleaseFiles, ReleaseFolder, ReleaseStat } from '../../shared/model.ts';
import { parsePackageId } from '../../identity/publisher-id.ts';
import { parseRootCid } from '../blocks/block-storage.ts';
import { TreeReader } from './tree-reader.ts';
import { compareTrees, listReleaseFiles } from './compare-trees.ts';
import { readRange } from './read-range.ts';
import { findEntry, listFolder } from './read-folder.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Lookup } from '../registry/lookup.ts';
import { ReadSessions } from './read-sessions.ts';
import type { ReadSessionsDeps, ReadableRelease } from './read-sessions.ts';

interface ResolvedRelease extends ReadableRelease {
  /** `publisher/name@version`, or the content root. */
  readonly label: string;
  readonly published: number;
}

type ReadRequest<Name extends 'readFolder' | 'statFile' | 'readFile' | 'listFiles' | 'compareReleases'> =
  Calls[Name]['request'];

/** Dependencies of `ReleaseReader`. */
export interface ReleaseReaderDeps extends ReadSessionsDeps {
  readonly catalog: ReadSessionsDeps['catalog'] & { readonly installs: Pick<Catalog['installs'], 'list'> };
}

/**
 * Reads releases without installing them: each block is fetched when it is needed, verified, and stored until its space
 * is needed. All methods throw GgenError as `Lookup.getVersion`, and ContentUnavailable, NodeNotRunning (a block is not
 * stored here), RecordInvalid (the content is not a plain tree of files, or is too large), UnsafePath.
 */
export class ReleaseReader {
  readonly #lookup: Pick<Lookup, 'getVersion'>;
  readonly #sessions: ReadSessions;
  readonly #installs: Pick<Catalog['installs'], 'list'>;

  constructor(deps: ReleaseReaderDeps, lookup: Pick<Lookup, 'getVersion'>) {
    this.#installs = deps.catalog.installs;
    this.#lookup = lookup;
    this.#sessions = new ReadSessions(deps);
  }

  /** @throws GgenError FileNotFound */
  async stat({ release, path }: ReadRequest<'statFile'>, signal: AbortSignal): Promise<ReleaseStat> {
    const found = await this.#resolve(release, signal);
    // A release is a folder: no block is needed to say so.
    if (path === '') return { kind: 'folder', size: 0, cid: found.root, published: found.published };
    return this.#withReader(found, signal, async (reader) => {
      const { kind, size, cid } = await findEntry(reader, parseRootCid(found.root), path);
      return { kind, size: kind === 'file' ? size : 0, cid: cid.toString(), published: found.published };
    });
  }

  /** @throws GgenError FileNotFound */
  async readFolder({ release, path }: ReadRequest<'readFolder'>, signal: AbortSignal): Promise<ReleaseFolder> {
    const found = await this.#resolve(release, signal);
    return this.#withReader(found, signal, async (reader) => {
      const { cid } = await findEntry(reader, parseRootCid(found.root), path);
      const entries = await listFolder(reader, cid, path);
      return {
        entries: entries.map(({ name, kind, size, cid: inner }) => ({ name, kind, size, cid: inner.toString() })),
        published: found.published,
      };
    });
  }

  /**
   * Reads a range of a file, in bytes; at most `MAX_READ_BYTES` per call.
   *
   * @throws GgenError FileNotFound, InvalidRequest
   */
  async readFile(
    { release, path, offset = 0, length = MAX_READ_BYTES }: ReadRequest<'readFile'>,
    signal: AbortSignal,
  ): Promise<ReleaseBytes> {
    if (!isNonNegativeInteger(offset) || !isNonNegativeInteger(length)) {
      throw new GgenError('InvalidRequest', 'A file range must consist of whole bytes from 0.');
    }
    const found = await this.#resolve(release, signal);
    return this.#withReader(found, signal, async (reader) => {
      const { cid } = await findEntry(reader, parseRootCid(found.root), path);
      return readRange(reader, cid, { offset, length: Math.min(length, MAX_READ_BYTES) });
    });
  }

  async listFiles({ release }: ReadRequest<'listFiles'>, signal: AbortSignal): Promise<ReleaseFiles> {
    const found = await this.#resolve(release, signal);
    const files = await this.#withReader(found, signal, (reader) => listReleaseFiles(reader, parseRootCid(found.root)));
    return { release: found.label, files, size: files.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Compares two releases. Only folders and the root nodes of large files are read. */
  async compare({ from, to }: ReadRequest<'compareReleases'>, signal: AbortSignal): Promise<ReleaseComparison> {
    const [before, after] = await Promise.all([this.#resolve(from, signal), this.#resolve(to, signal)]);
    const changes = await this.#withReader(before, signal, (first) =>
      this.#withReader(after, signal, (second) =>
        compareTrees(
          { reader: first, cid: parseRootCid(before.root) },
          { reader: second, cid: parseRootCid(after.root) },
        ),
      ),
    );
    return { from: before.label, to: after.label, changes };
  }

  close(): void {
    this.#sessions.close();
  }

  #withReader<T>(found: ResolvedRelease, signal: AbortSignal, work: (reader: TreeReader) => Promise<T>): Promise<T> {
    return this.#sessions.use(found, (source) => work(new TreeReader(source, signal)));
  }

  /** @throws GgenError InvalidRequest, PackageNotFound, PackageAmbiguous, VersionNotFound */
  async #resolve(release: string, signal: AbortSignal): Promise<ResolvedRelease> {
    const root = parseContentRoot(release);
    if (root !== undefined) return this.#resolveRoot(root);
    const { publisher: named, name: wanted, version = '' } = parsePackageId(release);
    const id = named === undefined ? wanted : `${named}/${wanted}`;
    const found = await this.#lookup.getVersion(id, version, signal);
    const { publisher, name } = found;
    const { published, version: exact } = found.release;
    return { root: found.release.root, label: `${found.id}@${exact}`, published, package: { publisher, name } };
  }

  /** The package that is installed from a content root, if any, tells which peers to ask; otherwise the DHT does. */
  #resolveRoot(root: string): ResolvedRelease {
    const installed = this.#installs.list().find((one) => one.root === root);
    if (installed === undefined) return { root, label: root, published: 0 };
    const { publisher, name } = installed;
    return { root, label: root, published: 0, package: { publisher, name } };
  }
}

/** Parses a content root, in its normalized form; undefined when the text is none. No package can have such a name. */
function parseContentRoot(text: string): string | undefined {
  if (text.includes('/') || text.includes('@') || text.length < 46) return undefined;
  try {
    return parseRootCid(text).toString();
  } catch {
    return undefined;
  }
}

function isNonNegativeInteger(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
