import type { FileHandle } from 'node:fs/promises';
import { decode as decodeCbor } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { GgenError } from '../../shared/errors.ts';
import { MAX_BLOCK_BYTES } from '../blocks/block-storage.ts';

/** Maximum size of a header, which names one root in some 60 bytes. */
const MAX_HEADER_BYTES = 1_024;
/** A CIDv1 of sha2-256 has 36 bytes. */
const MAX_CID_BYTES = 64;
/** Maximum bytes of a varint length: enough for 2^28. */
const MAX_VARINT_BYTES = 4;
const READ_BYTES = 1024 * 1024;

/** A block of a file, not verified yet. */
export interface CarBlock {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

/**
 * Reads an untrusted CARv1 file block by block: lengths above the maximum size of a block are refused. Source: the
 * CARv1 specification (ipld.io/specs/transport/car/carv1).
 */
export class CarReader {
  readonly #file: FileHandle;
  #buffer: Uint8Array = new Uint8Array();
  #position = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Reads the header, and returns its only root. @throws GgenError ArchiveInvalid */
  async header(): Promise<CID> {
    const length = await this.#length(MAX_HEADER_BYTES);
    if (length === undefined) throw archiveInvalidError('it is empty');
    const header = readHeader(await this.#bytes(length));
    const [root, other] = header.roots;
    if (root === undefined || other !== undefined) throw archiveInvalidError('it does not have exactly one root');
    return root;
  }

  /** The next block; undefined at the end of the file. @throws GgenError ArchiveInvalid */
  async next(): Promise<CarBlock | undefined> {
    const length = await this.#length(MAX_BLOCK_BYTES + MAX_CID_BYTES);
    if (length === undefined) return undefined;
    const section = await this.#bytes(length);
    try {
      const [cid, bytes] = CID.decodeFirst(section);
      return { cid, bytes };
    } catch (cause) {
      throw archiveInvalidError('a block in it has no valid CID', cause);
    }
  }

  async #length(max: number): Promise<number | undefined> {
    let length = 0;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const [byte] = await this.#read(1);
      if (byte === undefined) {
        if (index === 0) return undefined;
        break;
      }
      length += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) {
        // Only the shortest encoding of a number is valid.
        if (length === 0 || length > max || (byte === 0 && index > 0)) break;
        return length;
      }
    }
    throw archiveInvalidError('it contains an invalid block length');
  }

  async #bytes(length: number): Promise<Uint8Array> {
    const bytes = await this.#read(length);
    if (bytes.length < length) throw archiveInvalidError('it ends in the middle of a block');
    return bytes;
  }

  /** Reads up to `length` bytes; fewer at the end of the file. The result is a copy, because the buffer is reused. */
  async #read(length: number): Promise<Uint8Array> {
    if (this.#buffer.length < length) await this.#fill(length);
    const bytes = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.subarray(bytes.length);
    return bytes;
  }

  async #fill(length: number): Promise<void> {
    const next = Buffer.alloc(Math.max(length, READ_BYTES));
    next.set(this.#buffer);
    let filled = this.#buffer.length;
    while (filled < length) {
      const { bytesRead } = await this.#file.read(next, filled, next.length - filled, this.#position);
      if (bytesRead === 0) break;
      this.#position += bytesRead;
      filled += bytesRead;
    }
    this.#buffer = next.subarray(0, filled);
  }
}

function readHeader(bytes: Uint8Array): { readonly roots: readonly CID[] } {
  let header: unknown;
  try {
    header = decodeCbor(bytes);
  } catch (cause) {
    throw archiveInvalidError('it is not a CAR file', cause);
  }
  if (typeof header !== 'object' || header === null || !('version' in header) || !('roots' in header)) {
    throw archiveInvalidError('it is not a CAR file');
  }
  if (header.version !== 1) throw archiveInvalidError('it is a CAR file of a version other than 1');
  const { roots } = header;
  const cids = Array.isArray(roots) ? roots.map((root: unknown) => CID.asCID(root)) : [];
  return { roots: cids.filter((cid) => cid !== null) };
}

export function archiveInvalidError(reason: string, cause?: unknown): GgenError {
  return new GgenError(
    'ArchiveInvalid',
    `Cannot import this file: ${reason}. Nothing was imported. Get a new copy of the file.`,
    { cause },
  );
}
