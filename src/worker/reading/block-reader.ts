import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../shared/defaults.ts';
import { GgenError } from '../../shared/errors.ts';
import type { BlockSource } from '../transfer/transfer.ts';
import { decodeTreeNode } from './tree-node.ts';
import type { FolderNode, TreeNode } from './tree-node.ts';

/** Blocks that one question may look at: those of the largest tree that can be published, with every file in a folder of its own. */
const MOST_BLOCKS = 3 * LIMITS.filesPerRelease;
/** Bytes of them. Directories of the largest tree have a few megabytes, and a part of a file at most `READ_BYTES`. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Entries of folders that are listed, of two trees side by side. */
const MOST_ENTRIES = 4 * LIMITS.filesPerRelease;
/** Folders of which the decoded form is kept: what names a folder twice shall not make twice the work. */
const MOST_FOLDERS = 256;
const SIDE_BY_SIDE = 8;

/**
 * Blocks for one question about a tree. A hostile tree is finite, but may name one block a million times, so what counts is
 * how often a block was looked at.
 */
export class BlockReader {
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
      this.#count();
      return known;
    }
    const node = decodeTreeNode(cid, await this.get(cid));
    if (node.kind === 'folder' && this.#folders.size < MOST_FOLDERS) this.#folders.set(key, node);
    return node;
  }

  /** @throws GgenError RecordInvalid when the tree asks for too much, and as `BlockSource.get` */
  async get(cid: CID): Promise<Uint8Array> {
    this.#count();
    const bytes = await this.#source.get(cid, this.signal);
    this.#bytes += bytes.byteLength;
    if (this.#bytes > MOST_BYTES) throw tooMuch();
    return bytes;
  }

  #count(): void {
    this.signal.throwIfAborted();
    if (++this.#blocks > MOST_BLOCKS) throw tooMuch();
  }

  /** Count entries before anything is done with them. @throws GgenError RecordInvalid when there are too many */
  list(entries: number): void {
    this.#entries += entries;
    if (this.#entries > MOST_ENTRIES) throw tooMuch();
  }
}

/** Do something with each of many, a few at a time; answers in the order of the items. The first that fails ends it. */
export async function inParallel<Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = new Array<Answer>(items.length);
  let next = 0;
  let failed = false;
  const run = async (): Promise<void> => {
    for (let index = next++; index < items.length && !failed; index = next++) {
      try {
        answers[index] = await work(items[index] as Item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, items.length) }, run));
  return answers;
}

function tooMuch(): GgenError {
  return new GgenError('RecordInvalid', 'The content of this package is larger than a package may be.');
}
