import { BaseBlockstore } from 'blockstore-core';
import { NotFoundError } from '@libp2p/interface';
import type { Blockstore, Pair } from 'interface-blockstore';
import type { CID } from 'multiformats/cid';

/**
 * The blocks as the node sees them, and with it everybody who asks over bitswap: those that are not to be served are
 * missing. The engine itself reads the store behind it.
 */
export class ServedBlockstore extends BaseBlockstore {
  readonly #inner: Blockstore;
  readonly #isHidden: (cid: CID) => boolean;

  constructor(inner: Blockstore, isHidden: (cid: CID) => boolean) {
    super();
    this.#inner = inner;
    this.#isHidden = isHidden;
  }

  override put: Blockstore['put'] = (cid, bytes, options) => this.#inner.put(cid, bytes, options);

  override async *get(...[cid, options]: Parameters<Blockstore['get']>): AsyncGenerator<Uint8Array> {
    if (this.#isHidden(cid)) throw new NotFoundError(`Block ${cid.toString()} is not served`);
    yield* this.#inner.get(cid, options);
  }

  override has: Blockstore['has'] = (cid, options) => !this.#isHidden(cid) && this.#inner.has(cid, options);

  override delete: Blockstore['delete'] = (cid, options) => this.#inner.delete(cid, options);

  override async *getAll(...[options]: Parameters<Blockstore['getAll']>): AsyncGenerator<Pair> {
    for await (const pair of this.#inner.getAll(options)) if (!this.#isHidden(pair.cid)) yield pair;
  }
}
