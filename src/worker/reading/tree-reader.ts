import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/defaults.ts';
import { GgenError } from '../../shared/errors.ts';
import type { BlockSource } from '../transfer/transfer.ts';
import { decodeTreeNode } from './tree-node.ts';
import type { FolderNode, TreeNode } from './tree-node.ts';

/** Blocks that one question may look at: those of the largest tree that can be published, with every file in a folder of its own. */
const MAX_BLOCK_READS = 3 * LIMITS.filesPerRelease;
/** Bytes of them. Directories of the largest tree have a few megabytes, and a part of a file at most `READ_BYTES`. */
const MAX_READ_BYTES = 64 * 1024 * 1024;
/** Entries of folders that are listed, of two trees side by side. */
const MAX_LISTED_ENTRIES = 4 * LIMITS.filesPerRelease;
/** Folders of which the decoded form is kept: what names a folder twice shall not make twice the work. */
const MAX_CACHED_FOLDERS = 256;
/** Blocks that one request reads at the same time. */
export const MAX_CONCURRENCY = 8;

/**
 * Blocks for one question about a tree. A hostile tree is finite, but may name one block a million times, so what counts is
 * how often a block was looked at.
 */
export class TreeReader {
  readonly #source: Pick<BlockSource, 'get'>;
  readonly signal: AbortSignal;
  readonly #folders = new Map<string, FolderNode>();
  #blocks = 0;
  #bytes = 0;
  #entries = 0;

  constructor(source: Pick<BlockSource, 'get'>, signal: AbortSignal) {
    this.#source = source;
    this.signal = signal;
  }

  /** @throws GgenError RecordInvalid when the tree is not plain or asks for too much, and as `BlockSource.get` */
  async node(cid: CID): Promise<TreeNode> {
    const key = cid.toString();
    const known = this.#folders.get(key);
    if (known !== undefined) {
      this.#countRead();
      return known;
    }
    const node = decodeTreeNode(cid, await this.get(cid));
    if (node.kind === 'folder' && this.#folders.size < MAX_CACHED_FOLDERS) this.#folders.set(key, node);
    return node;
  }

  /** @throws GgenError RecordInvalid when the tree asks for too much, and as `BlockSource.get` */
  async get(cid: CID): Promise<Uint8Array> {
    this.#countRead();
    const bytes = await this.#source.get(cid, this.signal);
    this.#bytes += bytes.byteLength;
    if (this.#bytes > MAX_READ_BYTES) throw treeTooLargeError();
    return bytes;
  }

  #countRead(): void {
    this.signal.throwIfAborted();
    if (++this.#blocks > MAX_BLOCK_READS) throw treeTooLargeError();
  }

  /** Count entries before anything is done with them. @throws GgenError RecordInvalid when there are too many */
  countEntries(entries: number): void {
    this.#entries += entries;
    if (this.#entries > MAX_LISTED_ENTRIES) throw treeTooLargeError();
  }
}

/** Do something with each of many, a few at a time; answers in the order of the items. The first that fails ends it. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  task: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  let failed = false;
  const run = async (): Promise<void> => {
    for (let index = next++; index < items.length && !failed; index = next++) {
      try {
        results[index] = await task(items[index] as Item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_CONCURRENCY, items.length) }, run));
  return results;
}

function treeTooLargeError(): GgenError {
  return new GgenError('RecordInvalid', 'The content of this package exceeds the size limit for packages.');
}
