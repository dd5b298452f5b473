import { decode, encode } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { decode as readVarint, encode as varint } from 'uint8-varint';
import { blockBuffers } from '../../dag/block-buffers.ts';
import type { ByteStream } from '../byte-stream.ts';

/** Blocks and sub-trees that one request may name. */
export const MAX_WANTS = 4_096;
/** Longest request, in bytes: so many CIDs of sha2-256, and something around them. */
export const MAX_REQUEST_BYTES = 256 * 1024;
const MAX_HEAD_BYTES = 1024;
/** Longest section: a block of 2 MiB with its CID. */
const MAX_SECTION_BYTES = 2 * 1024 * 1024 + 128;
/** Of a larger section, so much is waited for at once before it goes to the block's buffer: what waits in pieces grows old there. */
const GATHER_BYTES = 256 * 1024;
/** What a larger section begins with, in bytes: more than any CID that is used here. */
const CID_ROOM_BYTES = 128;
const MAX_CAR_HEADER_BYTES = 64 * 1024;
/** An unsigned varint of at most 4 bytes: 256 MiB, far above every limit here. */
const MAX_PREFIX_BYTES = 4;

/** How much of the sub-tree below a block is asked for. */
export type Scope = 'block' | 'nodes' | 'tree';

/** What is asked for: the block, and with `nodes` all blocks below it that have links, with `tree` all blocks below it. */
export interface Want {
  readonly cid: CID;
  readonly scope: Scope;
}

/** Something came that no peer sends that keeps to the protocol. */
export class ProtocolViolation extends Error {
  override readonly name = 'PeerLied';
}

/**
 * Waits for more bytes of a stream, `least` of them if it can; throws at the end of patience. Returns how many came, 0 at the
 * stream's end.
 */
export type More = (least: number) => Promise<number>;

const KEYS = { blocks: 'block', nodes: 'nodes', trees: 'tree' } as const satisfies Record<string, Scope>;

/** One request as a frame. */
export function encodeRequest(wants: readonly Want[]): Uint8Array {
  const lists: Record<string, readonly CID[]> = {};
  for (const [key, scope] of Object.entries(KEYS)) {
    const cids = wants.filter((want) => want.scope === scope).map(({ cid }) => cid);
    if (cids.length > 0) lists[key] = cids;
  }
  return frame(encode({ v: 1, ...lists }));
}

/** @throws ProtocolViolation */
export function decodeRequest(bytes: Uint8Array): Want[] {
  const request = asMap(bytes);
  const wants: Want[] = [];
  for (const [key, scope] of Object.entries(KEYS)) {
    const cids = request[key] ?? [];
    if (!Array.isArray(cids) || wants.length + cids.length > MAX_WANTS) {
      throw new ProtocolViolation(`'${key}' is not a list of at most ${MAX_WANTS} CIDs`);
    }
    for (const value of cids as readonly unknown[]) {
      const cid = CID.asCID(value);
      if (cid === null) throw new ProtocolViolation(`'${key}' holds something that is no CID`);
      wants.push({ cid, scope });
    }
  }
  if (wants.length === 0) throw new ProtocolViolation('The request asks for nothing');
  return wants;
}

/** What an answer begins with: that the blocks follow, or that there are none to be had at present. */
export function encodeHead(busy: boolean): Uint8Array {
  return frame(encode({ busy }));
}

export async function readHead(stream: ByteStream, more: More): Promise<{ busy: boolean }> {
  return { busy: asMap(await readFrame(stream, MAX_HEAD_BYTES, more))['busy'] === true };
}

/** The header of a CARv1 stream. https://ipld.io/specs/transport/car/carv1/ */
export function encodeCarHeader(root: CID): Uint8Array {
  return frame(encode({ version: 1, roots: [root] }));
}

export async function readCarHeader(stream: ByteStream, more: More): Promise<void> {
  const header = asMap(await readFrame(stream, MAX_CAR_HEADER_BYTES, more));
  if (header['version'] !== 1) throw new ProtocolViolation('The answer is not a CARv1 stream');
}

/** What stands before a block's bytes in a CAR stream: the length of the section, and the CID. */
export function sectionPrefix(cid: CID, length: number): Uint8Array {
  return Buffer.concat([varint(cid.byteLength + length), cid.bytes]);
}

/** A section of length zero: the answer came to its end, and was not cut. */
export const END_OF_ANSWER: Uint8Array = new Uint8Array([0]);

/**
 * The next block of an answer, not verified yet; undefined at the answer's end. The bytes may be given back to `blockBuffers`
 * by whoever needs them no more.
 */
export async function readSection(
  stream: ByteStream,
  more: More,
): Promise<{ readonly cid: CID; readonly bytes: Uint8Array } | undefined> {
  const length = await readFrameLength(stream, MAX_SECTION_BYTES, more);
  if (length === 0) return undefined;
  const [cid, begin] = splitSection(await takeWhole(stream, length > GATHER_BYTES ? CID_ROOM_BYTES : length, more));
  if (length <= GATHER_BYTES) return { cid, bytes: begin };
  const bytes = blockBuffers.take(length - CID_ROOM_BYTES + begin.length);
  bytes.set(begin);
  for (let end = begin.length; end < bytes.length; end = stream.takeInto(bytes, end)) {
    const least = Math.min(bytes.length - end, GATHER_BYTES) - stream.available;
    if (least > 0 && (await more(least)) === 0) throw cut();
  }
  return { cid, bytes };
}

function splitSection(section: Uint8Array): [CID, Uint8Array] {
  try {
    return CID.decodeFirst(section);
  } catch {
    throw new ProtocolViolation('A section does not begin with a CID');
  }
}

/** The next frame: an unsigned varint with its length, then so many bytes. */
export async function readFrame(stream: ByteStream, maxBytes: number, more: More): Promise<Uint8Array> {
  return takeWhole(stream, await readFrameLength(stream, maxBytes, more), more);
}

async function takeWhole(stream: ByteStream, length: number, more: More): Promise<Uint8Array> {
  while (stream.available < length) if ((await more(length - stream.available)) === 0) throw cut();
  return stream.take(length);
}

async function readFrameLength(stream: ByteStream, maxBytes: number, more: More): Promise<number> {
  const length = await readLength(stream, more);
  if (length > maxBytes) throw new ProtocolViolation(`A frame of ${length} bytes is longer than ${maxBytes}`);
  return length;
}

async function readLength(stream: ByteStream, more: More): Promise<number> {
  for (let count = 1; count <= MAX_PREFIX_BYTES; count++) {
    while (stream.available < count) if ((await more(1)) === 0) throw cut();
    if (stream.peek(count - 1) < 0x80) return readVarint(stream.take(count));
  }
  throw new ProtocolViolation('The length of a frame is not plausible');
}

/** The stream ended within a frame: whoever sent it went away, which is no lie. */
function cut(): Error {
  return new Error('The stream was cut');
}

function frame(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(bytes.length), bytes]);
}

function asMap(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = decode(bytes);
  } catch {
    throw new ProtocolViolation('A frame does not hold DAG-CBOR');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw new ProtocolViolation('A frame does not hold a map');
  }
  return value as Readonly<Record<string, unknown>>;
}
