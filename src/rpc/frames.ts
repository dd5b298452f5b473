import { deserialize, serialize } from 'node:v8';
import { GgenError } from '../shared/errors.ts';

/** Largest payload of one frame, in bytes. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const HEADER_BYTES = 4;

/**
 * A message as a frame: four bytes of length, big-endian, then the message in V8's serialization format.
 *
 * @throws GgenError InvalidRequest when the message is larger than a frame may be
 */
export function encodeFrame(message: unknown): Buffer {
  const payload = serialize(message);
  if (payload.length > MAX_FRAME_BYTES) {
    const details = { bytes: payload.length, limit: MAX_FRAME_BYTES };
    throw new GgenError('InvalidRequest', `A message of ${payload.length} bytes is too large to send.`, { details });
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, payload]);
}

/**
 * Splits a byte stream into messages. Its memory grows with the bytes that arrived, not with the length in a header.
 */
export class FrameReader {
  #chunks: Buffer[] = [];
  #buffered = 0;
  #expected: number | undefined;

  /** Whether the stream is inside a frame, so that more bytes must follow. */
  get partial(): boolean {
    return this.#buffered > 0 || this.#expected !== undefined;
  }

  /**
   * Add a chunk and return the messages that it completes.
   *
   * @throws Error when a frame is empty, too large, or not a serialized message; the stream cannot be read further
   */
  push(chunk: Buffer): unknown[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const messages: unknown[] = [];
    for (let payload = this.#next(); payload !== undefined; payload = this.#next()) messages.push(deserialize(payload));
    return messages;
  }

  #next(): Buffer | undefined {
    this.#expected ??= this.#header();
    if (this.#expected === undefined || this.#buffered < this.#expected) return undefined;
    const payload = this.#take(this.#expected);
    this.#expected = undefined;
    return payload;
  }

  #header(): number | undefined {
    if (this.#buffered < HEADER_BYTES) return undefined;
    const length = this.#take(HEADER_BYTES).readUInt32BE();
    if (length === 0 || length > MAX_FRAME_BYTES) {
      throw new RangeError(`A frame of ${length} bytes is outside the allowed 1 to ${MAX_FRAME_BYTES}.`);
    }
    return length;
  }

  /**
   * Remove `length` bytes, which must be buffered. Chunks are joined once per frame, so that many small ones are cheap.
   */
  #take(length: number): Buffer {
    const [first] = this.#chunks;
    const all = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#buffered);
    const rest = all.subarray(length);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#buffered = rest.length;
    return all.subarray(0, length);
  }
}
