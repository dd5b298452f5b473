import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { MAX_BATCH_BYTES } from './limits.ts';

/** Smaller than gzip's best, at some 50 MB a second: for the first bytes of a stream, which are all that most releases have. */
const HIGH_LEVEL = 6;
/** Zstandard's default: nearly as small as gzip's best, and several times as fast. */
const DEFAULT_LEVEL = 3;
/** The window of a batch, as a power of two: 2 MiB, and what a reader accepts. Larger ones would cost it memory. */
const WINDOW_LOG = 21;
const MAX_WINDOW_LOG = 22;

/** Whether this runtime has Zstandard: Node has it, an editor's runtime may be built without. */
export function hasZstd(): boolean {
  return Reflect.has(zlib, 'zstdCompress');
}

/** One frame of Zstandard (RFC 8878). */
export async function compress(bytes: Uint8Array, level: number = DEFAULT_LEVEL): Promise<Uint8Array> {
  const { ZSTD_c_compressionLevel, ZSTD_c_windowLog } = zlib.constants;
  const params = { [ZSTD_c_compressionLevel]: level, [ZSTD_c_windowLog]: WINDOW_LOG };
  return promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdCompress)(bytes, { params });
}

/** @throws Error when the bytes are damaged, grow beyond a batch, or need a larger window */
export async function decompress(bytes: Uint8Array): Promise<Uint8Array> {
  const params = { [zlib.constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG };
  const options = { params, maxOutputLength: MAX_BATCH_BYTES };
  return promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress)(bytes, options);
}

/** How many bytes of a block are looked at. */
const MAX_SAMPLE_BYTES = 4_096;
/** A shorter sample has few different bytes whatever it is. Such a block is not worth the question. */
const MIN_SAMPLE_BYTES = 1_024;
/** Bits per byte. Compressed and encrypted data have 7.8 to 7.95 in such a sample, text has 4 to 6. */
const MAX_COMPRESSIBLE_ENTROPY = 7.6;

/** Estimates from the entropy (Shannon's) of a sample whether compression would make a block smaller. */
export function isCompressible(bytes: Uint8Array): boolean {
  if (bytes.length < MIN_SAMPLE_BYTES) return true;
  const size = Math.min(bytes.length, MAX_SAMPLE_BYTES);
  const start = (bytes.length - size) >> 1;
  const counts = new Uint32Array(256);
  for (const byte of bytes.subarray(start, start + size)) counts[byte] = (counts[byte] ?? 0) + 1;
  let entropy = 0;
  for (const count of counts) if (count > 0) entropy -= (count / size) * Math.log2(count / size);
  return entropy < MAX_COMPRESSIBLE_ENTROPY;
}

/** Bytes of a stream in small blocks that are compressed at the high level. */
const MAX_HIGH_LEVEL_BYTES = 2 * 1024 * 1024;
/**
 * A link that takes more than 20 MB a second is about as fast as both ends can work: it waits for the hashing and storing of
 * the other side, which compression does not shorten.
 */
const MIN_LINK_MS_PER_BYTE = 1_000 / 20e6;
/** Older measurements count half after so many bytes. */
const HALF_LIFE_BYTES = 4 * 1024 * 1024;

/** What must be sent before a link's speed counts as known. */
const MIN_MEASURED_BYTES = 512 * 1024;

/**
 * Decides how the blocks of a stream are compressed, and whether that makes it faster for large ones: not when the link
 * takes bytes faster than they can be compressed. Until its speed is known, a link within this machine or its network
 * counts as fast, and any other one as slow.
 */
export class CompressionPolicy {
  readonly #isPresumedFast: boolean;
  #smallBytes = 0;
  readonly #large = { bytes: 0, saved: 0, ms: 0 };
  readonly #sent = { bytes: 0, ms: 0 };

  constructor(isPresumedFast: boolean) {
    this.#isPresumedFast = isPresumedFast;
  }

  /** The level for the next batch of small blocks. */
  smallLevel(bytes: number): number {
    const level = this.#smallBytes < MAX_HIGH_LEVEL_BYTES ? HIGH_LEVEL : DEFAULT_LEVEL;
    this.#smallBytes += bytes;
    return level;
  }

  /** Whether the next large block is worth it: the time of sending what is saved exceeds that of compressing. */
  get paysForLarge(): boolean {
    const msPerByte = this.#msPerByte;
    if (msPerByte < MIN_LINK_MS_PER_BYTE) return false;
    const { bytes, saved, ms } = this.#large;
    return bytes === 0 || ms < saved * msPerByte;
  }

  get #msPerByte(): number {
    if (this.#sent.bytes >= MIN_MEASURED_BYTES) return this.#sent.ms / this.#sent.bytes;
    return this.#isPresumedFast ? 0 : Infinity;
  }

  /** @param ms time to compress a large block */
  recordLarge(before: number, after: number, ms: number): void {
    this.#large.bytes += before;
    this.#large.saved += before - after;
    this.#large.ms += ms;
  }

  /** @param ms time until the stream took the bytes */
  recordSent(bytes: number, ms: number): void {
    this.#sent.bytes += bytes;
    this.#sent.ms += ms;
    if (this.#sent.bytes < 2 * HALF_LIFE_BYTES) return;
    this.#sent.bytes /= 2;
    this.#sent.ms /= 2;
  }
}
