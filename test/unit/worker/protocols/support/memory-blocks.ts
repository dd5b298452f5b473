import { encode, prepare } from '@ipld/dag-pb';
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { sha256 } from 'multiformats/hashes/sha2';

const DAG_PB = 0x70;

/** Blocks in memory, read as the protocols read those that are served. */
export class MemoryBlocks {
  readonly #blocks = new Map<string, Uint8Array>();
  /** CIDs in the order in which they were read, as text. */
  readonly reads: string[] = [];

  async leaf(bytes: Uint8Array): Promise<CID> {
    const cid = CID.createV1(raw.code, await sha256.digest(bytes));
    this.#blocks.set(cid.toString(), bytes);
    return cid;
  }

  /** A node with these links. */
  async node(links: readonly CID[]): Promise<CID> {
    const bytes = encode(prepare({ Links: links.map((cid, index) => ({ Hash: cid, Name: `${index}`, Tsize: 1 })) }));
    const cid = CID.createV1(DAG_PB, await sha256.digest(bytes));
    this.#blocks.set(cid.toString(), bytes);
    return cid;
  }

  delete(cid: CID): void {
    this.#blocks.delete(cid.toString());
  }

  bytes(cid: CID): Uint8Array {
    const bytes = this.#blocks.get(cid.toString());
    if (bytes === undefined) throw new Error('The block is not there');
    return bytes;
  }

  /** A copy, because the server may reuse the buffer of a block that it sent. */
  async read(cid: CID): Promise<Uint8Array | undefined> {
    this.reads.push(cid.toString());
    const bytes = this.#blocks.get(cid.toString());
    return Promise.resolve(bytes === undefined ? undefined : Uint8Array.from(bytes));
  }
}
