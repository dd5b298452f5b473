import type { FileHandle } from 'node:fs/promises';
import { encode as encodeCbor } from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import { encode as encodeVarint } from 'uint8-varint';

/** Bytes that are gathered before they are written. */
const WRITE_BYTES = 1024 * 1024;

/** Writes a CARv1 file. Source: the CARv1 specification (ipld.io/specs/transport/car/carv1). */
export class CarWriter {
  readonly #file: FileHandle;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Size of the file so far, including gathered bytes. */
  bytes = 0;
  blocks = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async header(root: CID): Promise<void> {
    await this.#section([encodeCbor({ roots: [root], version: 1 })]);
  }

  async block(cid: CID, bytes: Uint8Array): Promise<void> {
    this.blocks++;
    await this.#section([cid.bytes, bytes]);
  }

  /** Writes the gathered bytes. The bytes of a block must not change before. */
  async flush(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    if (pending.length > 0) await this.#file.writev(pending);
  }

  async #section(parts: readonly Uint8Array[]): Promise<void> {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const prefix = encodeVarint(length);
    this.#pending.push(prefix, ...parts);
    this.#pendingBytes += prefix.length + length;
    this.bytes += prefix.length + length;
    if (this.#pendingBytes >= WRITE_BYTES) await this.flush();
  }
}
