import { decode, encode } from '@ipld/dag-cbor';
import { lpStream } from '@libp2p/utils';
import type { LengthPrefixedStream } from '@libp2p/utils';
import type { Stream } from '@libp2p/interface';

/** Length prefix of a frame: enough for 256 MiB, far above every limit here. */
const MAX_PREFIX_BYTES = 4;
/**
 * Unread bytes at which a stream is aborted. The sender's window (256 KiB at first, more on a fast connection) does not prevent
 * that while the reader is busy, so protocols that send much do it in portions smaller than this.
 */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/**
 * DAG-CBOR values in frames over one libp2p stream, each after its length as an unsigned varint. Writes respect back-pressure; a
 * frame longer than `maxBytes` is an error before it is buffered.
 */
export class Frames {
  readonly #stream: Stream;
  readonly #frames: LengthPrefixedStream<Stream>;

  constructor(stream: Stream, maxBytes: number) {
    this.#stream = stream;
    this.#frames = lpStream(stream, {
      maxDataLength: maxBytes,
      maxBufferSize: MAX_BUFFERED_BYTES,
      lengthDecoder: readLength,
    });
  }

  async write(value: unknown, signal: AbortSignal): Promise<void> {
    await this.#frames.write(encode(value), { signal });
  }

  /** Reads the next value, unchecked. @throws Error at the end of the stream, and when a frame is too long or is not DAG-CBOR */
  async read(signal: AbortSignal): Promise<unknown> {
    const frame = await this.#frames.read({ signal });
    return decode(frame.subarray());
  }

  async close(signal: AbortSignal): Promise<void> {
    await this.#stream.close({ signal });
  }

  abort(error: Error): void {
    this.#stream.abort(error);
  }
}

/** Reads an unsigned varint. A RangeError makes the caller retry with one more byte; the default decoder does that without end. */
function readLength(data: { readonly byteLength: number; get(index: number): number }): number {
  let length = 0;
  for (let index = 0; index < data.byteLength; index++) {
    const byte = data.get(index);
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return length;
  }
  if (data.byteLength >= MAX_PREFIX_BYTES) throw new Error('Invalid frame length');
  throw new RangeError('Incomplete frame length');
}

/** A decoded frame, which is always a map. @throws Error for anything else */
export function asMap(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw new Error('A frame is not a map');
  }
  return value as Readonly<Record<string, unknown>>;
}

export function asText(value: unknown, maxLength: number): string {
  if (typeof value !== 'string' || value.length > maxLength)
    throw new Error('A string in a frame is missing or too long');
  return value;
}

export function asTexts(value: unknown, maxCount: number, maxLength: number): string[] {
  if (!Array.isArray(value) || value.length > maxCount) throw new Error('A list in a frame is missing or too long');
  return value.map((text: unknown) => asText(text, maxLength));
}

export function asCount(value: unknown, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > max) {
    throw new Error('A number in a frame is missing or out of range');
  }
  return value;
}

export function asBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Error('A frame has missing bytes');
  return value;
}
