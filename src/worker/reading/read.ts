import type { Calls } from '../../shared/api.ts';
import { READ_BYTES } from '../../shared/defaults.ts';
import { GgenError } from '../../shared/errors.ts';
import type { ReleaseBytes, ReleaseComparison, ReleaseFiles, ReleaseFolder, ReleaseStat } from '../../shared/model.ts';
import { parsePackageId } from '../../identity/publisher-id.ts';
import { parseRoot } from '../blocks/blocks.ts';
import { BlockReader } from './block-reader.ts';
import { compareTrees, listFiles } from './compare.ts';
import { readRange } from './file.ts';
import { findEntry, listFolder } from './folder.ts';
import type { RegistryContext } from '../registry/context.ts';
import type { Lookup } from '../registry/lookup.ts';
import { ReadSessions } from './read-sessions.ts';
import type { ReadableRelease } from './read-sessions.ts';

interface FoundRelease extends ReadableRelease {
  /** `publisher/name@version`, or the content root. */
  readonly text: string;
  readonly published: number;
}

type Request<Name extends 'readFolder' | 'statFile' | 'readFile' | 'listFiles' | 'compareReleases'> =
  Calls[Name]['request'];

/**
 * Reading releases without installing them: each block is fetched when it is needed, verified, and kept as long as there is
 * room. All methods throw GgenError as `Lookup.getVersion`, and ContentUnavailable, NodeNotRunning (it is not here),
 * RecordInvalid (the content is not a plain tree, or too large), UnsafePath.
 */
export class ReleaseReader {
  readonly #lookup: Lookup;
  readonly #sessions: ReadSessions;
  readonly #context: RegistryContext;

  constructor(context: RegistryContext, lookup: Lookup) {
    this.#context = context;
    this.#lookup = lookup;
    this.#sessions = new ReadSessions(context);
  }

  /** @throws GgenError FileNotFound */
  async stat({ release, path }: Request<'statFile'>, signal: AbortSignal): Promise<ReleaseStat> {
    const found = await this.#find(release, signal);
    // That the root is a folder is so by what a release is: who only asks for it shall not wait for a block.
    if (path === '') return { kind: 'folder', size: 0, cid: found.root, published: found.published };
    return this.#read(found, signal, async (reader) => {
      const { kind, size, cid } = await findEntry(reader, parseRoot(found.root), path);
      return { kind, size: kind === 'file' ? size : 0, cid: cid.toString(), published: found.published };
    });
  }

  /** @throws GgenError FileNotFound */
  async folder({ release, path }: Request<'readFolder'>, signal: AbortSignal): Promise<ReleaseFolder> {
    const found = await this.#find(release, signal);
    return this.#read(found, signal, async (reader) => {
      const { cid } = await findEntry(reader, parseRoot(found.root), path);
      const entries = await listFolder(reader, cid, path);
      return {
        entries: entries.map(({ name, kind, size, cid: inner }) => ({ name, kind, size, cid: inner.toString() })),
        published: found.published,
      };
    });
  }

  /** At most `READ_BYTES` at once. @throws GgenError FileNotFound, InvalidRequest */
  async file(
    { release, path, offset = 0, length = READ_BYTES }: Request<'readFile'>,
    signal: AbortSignal,
  ): Promise<ReleaseBytes> {
    if (!isCount(offset) || !isCount(length)) {
      throw new GgenError('InvalidRequest', 'A range of a file is told in whole bytes from 0 on.');
    }
    const found = await this.#find(release, signal);
    return this.#read(found, signal, async (reader) => {
      const { cid } = await findEntry(reader, parseRoot(found.root), path);
      return readRange(reader, cid, { offset, length: Math.min(length, READ_BYTES) });
    });
  }

  async files({ release }: Request<'listFiles'>, signal: AbortSignal): Promise<ReleaseFiles> {
    const found = await this.#find(release, signal);
    const files = await this.#read(found, signal, (reader) => listFiles(reader, parseRoot(found.root)));
    return { release: found.text, files, size: files.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Only folders are looked at, and of large files the node that lists their parts. */
  async compare({ from, to }: Request<'compareReleases'>, signal: AbortSignal): Promise<ReleaseComparison> {
    const [before, after] = await Promise.all([this.#find(from, signal), this.#find(to, signal)]);
    const changes = await this.#read(before, signal, (first) =>
      this.#read(after, signal, (second) =>
        compareTrees({ reader: first, cid: parseRoot(before.root) }, { reader: second, cid: parseRoot(after.root) }),
      ),
    );
    return { from: before.text, to: after.text, changes };
  }

  close(): void {
    this.#sessions.close();
  }

  #read<T>(found: FoundRelease, signal: AbortSignal, work: (reader: BlockReader) => Promise<T>): Promise<T> {
    return this.#sessions.use(found, (source) => work(new BlockReader(source, signal)));
  }

  /** @throws GgenError InvalidRequest, PackageNotFound, PackageAmbiguous, VersionNotFound */
  async #find(release: string, signal: AbortSignal): Promise<FoundRelease> {
    const root = contentRoot(release);
    if (root !== undefined) return this.#ofRoot(root);
    const { publisher: named, name: wanted, version = '' } = parsePackageId(release);
    const id = named === undefined ? wanted : `${named}/${wanted}`;
    const found = await this.#lookup.getVersion(id, version, signal);
    const { publisher, name } = found;
    const { published, version: exact } = found.release;
    return { root: found.release.root, text: `${found.id}@${exact}`, published, package: { publisher, name } };
  }

  /** What is installed under a content root tells whom to ask; otherwise only the DHT knows. */
  #ofRoot(root: string): FoundRelease {
    const installed = this.#context.catalogue.installs.list().find((one) => one.root === root);
    if (installed === undefined) return { root, text: root, published: 0 };
    const { publisher, name } = installed;
    return { root, text: root, published: 0, package: { publisher, name } };
  }
}

/** The text as a content root in its usual form, where it is one: no package is named so. */
function contentRoot(text: string): string | undefined {
  if (text.includes('/') || text.includes('@') || text.length < 46) return undefined;
  try {
    return parseRoot(text).toString();
  } catch {
    return undefined;
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
