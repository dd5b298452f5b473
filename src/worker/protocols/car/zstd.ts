import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { MAX_BATCH_BYTES } from './limits.ts';

/** Zstandard's default: nearly as small as gzip's best, and several times as fast. */
const COMPRESSION_LEVEL = 3;
/** The window of a batch, as a power of two: 2 MiB, and what a reader accepts. Larger ones would cost it memory. */
const WINDOW_LOG = 21;
const MAX_WINDOW_LOG = 22;

/** Whether this runtime has Zstandard: Node has it, an editor's runtime may be built without. */
export function hasZstd(): boolean {
  return Reflect.has(zlib, 'zstdCompress');
}

/** One frame of Zstandard (RFC 8878). */
export async function compress(bytes: Uint8Array): Promise<Uint8Array> {
  const { ZSTD_c_compressionLevel, ZSTD_c_windowLog } = zlib.constants;
  const params = { [ZSTD_c_compressionLevel]: COMPRESSION_LEVEL, [ZSTD_c_windowLog]: WINDOW_LOG };
  return promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdCompress)(bytes, { params });
}

/** @throws Error when the bytes are damaged, grow beyond a batch, or need a larger window */
export async function decompress(bytes: Uint8Array): Promise<Uint8Array> {
  const params = { [zlib.constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG };
  const options = { params, maxOutputLength: MAX_BATCH_BYTES };
  return promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress)(bytes, options);
}

/** How many bytes of a block are looked at. */
const SAMPLE_BYTES = 4_096;
/** Bits per byte of compressed and encrypted data: 7.95 in such a sample. Text has 4 to 6. */
const MAX_COMPRESSIBLE_ENTROPY = 7.6;

/** Estimates from the entropy (Shannon's) of a sample whether compression would make a block smaller. */
export function isCompressible(bytes: Uint8Array): boolean {
  // A short sample has few different bytes whatever it is. Such a block is not worth the question.
  if (bytes.length < SAMPLE_BYTES) return true;
  const start = (bytes.length - SAMPLE_BYTES) >> 1;
  const counts = new Uint32Array(256);
  for (const byte of bytes.subarray(start, start + SAMPLE_BYTES)) counts[byte] = (counts[byte] ?? 0) + 1;
  let entropy = 0;
  for (const count of counts) if (count > 0) entropy -= (count / SAMPLE_BYTES) * Math.log2(count / SAMPLE_BYTES);
  return entropy < MAX_COMPRESSIBLE_ENTROPY;
}

/** Large blocks that are compressed before it is judged whether that pays. */
const MIN_JUDGED_BYTES = 8 * 1024 * 1024;
/** Older measurements count half after so many bytes. */
const HALF_LIFE_BYTES = 4 * 1024 * 1024;

/**
 * Decides whether compressing large blocks makes a stream faster: not when the link takes bytes faster than they can be
 * compressed.
 */
export class CompressionYield {
  #judgedBytes = 0;
  readonly #compressed = { bytes: 0, saved: 0, ms: 0 };
  readonly #sent = { bytes: 0, ms: 0 };

  recordCompression(before: number, after: number, ms: number): void {
    this.#judgedBytes += before;
    this.#compressed.bytes += before;
    this.#compressed.saved += before - after;
    this.#compressed.ms += ms;
  }

  /** @param ms time until the stream took the bytes */
  recordSending(bytes: number, ms: number): void {
    this.#sent.bytes += bytes;
    this.#sent.ms += ms;
    if (this.#sent.bytes < 2 * HALF_LIFE_BYTES) return;
    this.#sent.bytes /= 2;
    this.#sent.ms /= 2;
  }

  /** Whether the next large block is worth it: the time of sending what is saved exceeds that of compressing. */
  get pays(): boolean {
    if (this.#judgedBytes < MIN_JUDGED_BYTES || this.#sent.bytes === 0) return true;
    const { bytes, saved, ms } = this.#compressed;
    return ms / bytes < ((saved / bytes) * this.#sent.ms) / this.#sent.bytes;
  }
}
