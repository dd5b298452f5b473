import type { CID } from 'multiformats/cid';
import { DAG_PB } from '../../dag/codecs.ts';
import { linksOf } from '../../dag/nodes.ts';

/** More than the blocks of an answer can usefully name. */
const MAX_NAMED_CIDS = 2_000_000;

/**
 * The CIDs that both sides of an answer know by the same number: those of the request in its order, then the links of
 * each node of the answer, in the order in which the nodes are sent. A hash cannot be compressed, and a block that was
 * named need not carry it.
 */
export class NamedCids {
  readonly #cids: CID[] = [];
  #numbers: Map<string, number> | undefined;

  constructor(wants: readonly { readonly cid: CID }[]) {
    for (const { cid } of wants) this.#add(cid);
  }

  /** Adds the links of a block that is sent. The bytes of a node must not change afterwards. */
  addLinks(cid: CID, bytes: Uint8Array): void {
    if (cid.code === DAG_PB) for (const link of linksOf(bytes)) this.#add(link);
  }

  /** Number of a CID: the first under which it is known. */
  numberOf(cid: CID): number | undefined {
    if (this.#numbers === undefined) {
      this.#numbers = new Map();
      this.#cids.forEach((named, number) => {
        this.#index(named, number);
      });
    }
    return this.#numbers.get(cid.toString());
  }

  at(number: number): CID | undefined {
    return this.#cids[number];
  }

  #add(cid: CID): void {
    if (this.#cids.length >= MAX_NAMED_CIDS) return;
    if (this.#numbers !== undefined) this.#index(cid, this.#cids.length);
    this.#cids.push(cid);
  }

  #index(cid: CID, number: number): void {
    const key = cid.toString();
    if (this.#numbers?.has(key) === false) this.#numbers.set(key, number);
  }
}
