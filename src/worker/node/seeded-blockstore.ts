import { BaseBlockstore } from 'blockstore-core';
import { NotFoundError } from '@libp2p/interface';
import type { Blockstore, Pair } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';

/**
 * The block store as other peers see it, over CAR and bitswap: blocks that are not served are missing. The engine itself reads the
 * store behind it.
 */
export class SeededBlockstore extends BaseBlockstore {
  readonly #inner: Blockstore;
  readonly #isHidden: (cid: CID) => boolean;
  /** Resolves when this many bytes may be sent to a peer that asks over bitswap. */
  beforeSend: (bytes: number) => Promise<void> = () => Promise.resolve();

  constructor(inner: Blockstore, isHidden: (cid: CID) => boolean) {
    super();
    this.#inner = inner;
    this.#isHidden = isHidden;
  }

  /** Returns a block that is served, undefined for any other. The caller counts the bytes that it sends. */
  async read(cid: CID): Promise<Uint8Array | undefined> {
    if (this.#isHidden(cid)) return undefined;
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of this.#inner.get(cid)) chunks.push(chunk);
      const [first] = chunks;
      return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
    } catch {
      // Mostly because this node does not have the block.
      return undefined;
    }
  }

  override put: Blockstore['put'] = (cid, bytes, options) => this.#inner.put(cid, bytes, options);

  override async *get(...[cid, options]: Parameters<Blockstore['get']>): AsyncGenerator<Uint8Array> {
    if (this.#isHidden(cid)) throw new NotFoundError(`Block ${cid.toString()} is not seeded`);
    for await (const chunk of this.#inner.get(cid, options)) {
      await this.beforeSend(chunk.length);
      yield chunk;
    }
  }

  override has: Blockstore['has'] = (cid, options) => !this.#isHidden(cid) && this.#inner.has(cid, options);

  override delete: Blockstore['delete'] = (cid, options) => this.#inner.delete(cid, options);

  override async *getAll(...[options]: Parameters<Blockstore['getAll']>): AsyncGenerator<Pair> {
    for await (const pair of this.#inner.getAll(options)) if (!this.#isHidden(pair.cid)) yield pair;
  }
}
