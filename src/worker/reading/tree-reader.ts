import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/limits.ts';
import { GgenError } from '../../shared/errors.ts';
import type { BlockSource } from '../transfer/transfer.ts';
import { decodeTreeNode } from './tree-node.ts';
import type { FolderNode, TreeNode } from './tree-node.ts';

/**
 * Maximum number of blocks that one request reads: enough for the largest release with each file in a folder of its
 * own.
 */
const MAX_BLOCK_READS = 3 * LIMITS.filesPerRelease;
/** Maximum bytes of these blocks. The directories of the largest release have a few megabytes. */
const MAX_READ_BYTES = 64 * 1024 * 1024;
/** Maximum number of folder entries that one request lists; a comparison lists two trees. */
const MAX_LISTED_ENTRIES = 4 * LIMITS.filesPerRelease;
/** Decoded folders that are cached: a folder that is named repeatedly is decoded once. */
const MAX_CACHED_FOLDERS = 256;
/** Blocks that one request reads at the same time. */
export const MAX_CONCURRENCY = 8;

/**
 * Reads the blocks of a tree for one request, within limits. A hostile tree is finite but may name one block a million
 * times: the limits count each read, also of the same block.
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

  /**
   * @throws GgenError RecordInvalid when the block is not a file or folder, or a limit is exceeded; and as
   * `BlockSource.get`
   */
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

  /** @throws GgenError RecordInvalid when a limit is exceeded, and as `BlockSource.get` */
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

  /** Counts folder entries; to be called before they are processed. @throws GgenError RecordInvalid above the limit */
  countEntries(entries: number): void {
    this.#entries += entries;
    if (this.#entries > MAX_LISTED_ENTRIES) throw treeTooLargeError();
  }
}

/**
 * Runs a task for each item, several at the same time. Results are in the order of the items. The first error ends it.
 */
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
