import { decode, encode } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { decode as readVarint, encode as varint } from 'uint8-varint';
import { blockBufferPool } from '../../dag/block-buffer-pool.ts';
import type { ByteStream } from '../wire/byte-stream.ts';
import {
  MAX_CAR_HEADER_BYTES,
  MAX_CID_BYTES,
  MAX_GATHERED_BYTES,
  MAX_HEAD_BYTES,
  MAX_PREFIX_BYTES,
  MAX_SECTION_BYTES,
  MAX_WANTS,
} from './limits.ts';

/** How much of the sub-tree below a block is requested. */
export type WantScope = 'block' | 'nodes' | 'tree';

/** A requested block; with `nodes`, all blocks below it that have links, with `tree`, all blocks below it. */
export interface CarWant {
  readonly cid: CID;
  readonly scope: WantScope;
}

/** The peer sent something that the protocol does not allow. */
export class ProtocolViolationError extends Error {
  override readonly name = 'ProtocolViolationError';
}

/** Waits for `minBytes` more bytes of a stream. Returns how many came: fewer at the end of the stream, 0 after it. Throws a timeout. */
export type WaitForBytes = (minBytes: number) => Promise<number>;

const SCOPE_BY_KEY = { blocks: 'block', nodes: 'nodes', trees: 'tree' } as const satisfies Record<string, WantScope>;

/** The compressed form of an answer. */
export const ZSTD_ENCODING = 'zstd';

export interface CarRequest {
  readonly wants: readonly CarWant[];
  /** Whether the client reads answers in the encoding `zstd`. */
  readonly acceptsZstd: boolean;
}

/** One request as a frame. */
export function encodeCarRequest(wants: readonly CarWant[], acceptsZstd = false): Uint8Array {
  const lists: Record<string, readonly CID[] | readonly string[]> = acceptsZstd ? { encodings: [ZSTD_ENCODING] } : {};
  for (const [key, scope] of Object.entries(SCOPE_BY_KEY)) {
    const cids = wants.filter((want) => want.scope === scope).map(({ cid }) => cid);
    if (cids.length > 0) lists[key] = cids;
  }
  return encodeFrame(encode({ v: 1, ...lists }));
}

/** @throws ProtocolViolationError */
export function decodeCarRequest(bytes: Uint8Array): CarRequest {
  const request = decodeMap(bytes);
  const wants: CarWant[] = [];
  for (const [key, scope] of Object.entries(SCOPE_BY_KEY)) {
    const cids = request[key] ?? [];
    if (!Array.isArray(cids) || wants.length + cids.length > MAX_WANTS) {
      throw new ProtocolViolationError(`'${key}' is not a list of at most ${MAX_WANTS} CIDs`);
    }
    for (const value of cids as readonly unknown[]) {
      const cid = CID.asCID(value);
      if (cid === null) throw new ProtocolViolationError(`'${key}' contains an invalid CID`);
      wants.push({ cid, scope });
    }
  }
  if (wants.length === 0) throw new ProtocolViolationError('The request is empty');
  const { encodings } = request;
  return { wants, acceptsZstd: Array.isArray(encodings) && encodings.includes(ZSTD_ENCODING) };
}

/**
 * The first frame of an answer.
 *
 * @param busy no blocks follow, because the server serves nothing at the moment
 * @param isCompressed the answer has the encoding `zstd`
 */
export function encodeHead(busy: boolean, isCompressed = false): Uint8Array {
  return encodeFrame(encode({ busy, ...(isCompressed ? { encoding: ZSTD_ENCODING } : {}) }));
}

/** @throws ProtocolViolationError; Error when the stream is cut */
export async function readHead(
  stream: ByteStream,
  waitForBytes: WaitForBytes,
): Promise<{ readonly busy: boolean; readonly isCompressed: boolean }> {
  const { busy, encoding } = decodeMap(await readFrame(stream, MAX_HEAD_BYTES, waitForBytes));
  if (encoding !== undefined && encoding !== ZSTD_ENCODING)
    throw new ProtocolViolationError('The answer has an encoding that was not offered');
  return { busy: busy === true, isCompressed: encoding === ZSTD_ENCODING };
}

/** What begins an item of an answer in the encoding `zstd`: its end, one section as in a CAR, or a compressed batch. */
export const ITEM = {
  end: new Uint8Array([0]),
  section: new Uint8Array([1]),
  batch: new Uint8Array([2]),
} as const;

/** The byte that begins the next item. */
export async function readItem(stream: ByteStream, waitForBytes: WaitForBytes): Promise<number | undefined> {
  return (await readExactly(stream, 1, waitForBytes))[0];
}

/** The header of a CARv1 stream. https://ipld.io/specs/transport/car/carv1/ */
export function encodeCarHeader(root: CID): Uint8Array {
  return encodeFrame(encode({ version: 1, roots: [root] }));
}

export async function readCarHeader(stream: ByteStream, waitForBytes: WaitForBytes): Promise<void> {
  const header = decodeMap(await readFrame(stream, MAX_CAR_HEADER_BYTES, waitForBytes));
  if (header['version'] !== 1) throw new ProtocolViolationError('The response is not a CARv1 stream');
}

/** The bytes before a block in a CAR stream: the length of the section, and the CID. @param length of the block in bytes */
export function sectionPrefix(cid: CID, length: number): Uint8Array {
  return Buffer.concat([varint(cid.byteLength + length), cid.bytes]);
}

/** A section of length zero marks the end of an answer, which tells it from a stream that was cut. */
export const END_OF_ANSWER: Uint8Array = new Uint8Array([0]);

/**
 * Reads the next block of an answer, not verified yet; undefined at the end of the answer. The caller may release the bytes to
 * `blockBufferPool`.
 *
 * @throws ProtocolViolationError; Error when the stream is cut
 */
export async function readSection(
  stream: ByteStream,
  waitForBytes: WaitForBytes,
): Promise<{ readonly cid: CID; readonly bytes: Uint8Array } | undefined> {
  const length = await readFrameLength(stream, MAX_SECTION_BYTES, waitForBytes);
  if (length === 0) return undefined;
  const [cid, firstBytes] = splitSection(
    await readExactly(stream, length > MAX_GATHERED_BYTES ? MAX_CID_BYTES : length, waitForBytes),
  );
  if (length <= MAX_GATHERED_BYTES) return { cid, bytes: firstBytes };
  const bytes = blockBufferPool.acquire(length - MAX_CID_BYTES + firstBytes.length);
  bytes.set(firstBytes);
  for (let end = firstBytes.length; end < bytes.length; end = stream.takeInto(bytes, end)) {
    const minBytes = Math.min(bytes.length - end, MAX_GATHERED_BYTES) - stream.available;
    if (minBytes > 0 && (await waitForBytes(minBytes)) === 0) throw truncatedStreamError();
  }
  return { cid, bytes };
}

function splitSection(section: Uint8Array): [CID, Uint8Array] {
  try {
    return CID.decodeFirst(section);
  } catch {
    throw new ProtocolViolationError('A section does not start with a CID');
  }
}

/** Reads a frame: an unsigned varint with its length, then its bytes. */
export async function readFrame(stream: ByteStream, maxBytes: number, waitForBytes: WaitForBytes): Promise<Uint8Array> {
  return readExactly(stream, await readFrameLength(stream, maxBytes, waitForBytes), waitForBytes);
}

async function readExactly(stream: ByteStream, length: number, waitForBytes: WaitForBytes): Promise<Uint8Array> {
  while (stream.available < length)
    if ((await waitForBytes(length - stream.available)) === 0) throw truncatedStreamError();
  return stream.take(length);
}

async function readFrameLength(stream: ByteStream, maxBytes: number, waitForBytes: WaitForBytes): Promise<number> {
  const length = await readLength(stream, waitForBytes);
  if (length > maxBytes) throw new ProtocolViolationError(`A frame of ${length} bytes is longer than ${maxBytes}`);
  return length;
}

async function readLength(stream: ByteStream, waitForBytes: WaitForBytes): Promise<number> {
  for (let count = 1; count <= MAX_PREFIX_BYTES; count++) {
    while (stream.available < count) if ((await waitForBytes(1)) === 0) throw truncatedStreamError();
    if (stream.peek(count - 1) < 0x80) return readVarint(stream.take(count));
  }
  throw new ProtocolViolationError('Invalid frame length');
}

/** The stream ended within a frame: the peer disconnected, which is not a violation. */
function truncatedStreamError(): Error {
  return new Error('The stream ended early');
}

function encodeFrame(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(bytes.length), bytes]);
}

function decodeMap(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = decode(bytes);
  } catch {
    throw new ProtocolViolationError('A frame is not DAG-CBOR');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw new ProtocolViolationError('A frame is not a map');
  }
  return value as Readonly<Record<string, unknown>>;
}
