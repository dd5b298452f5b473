import type { CID } from 'multiformats/cid';
import type { ByteStream } from '../byte-stream.ts';
import { sectionPrefix } from './wire.ts';

/** Small blocks are gathered up to this before they are sent: each send costs a frame and its encryption. */
const MAX_COALESCED_BYTES = 64 * 1024;
/** A reader that takes less than `MIN_BYTES` in this time is let go. */
const SLOW_READER_TIMEOUT_MS = 20_000;
const MIN_PROGRESS_BYTES = 64 * 1024;

/** How much may be sent. */
export interface Allowance {
  /** Large blocks are sent in slices of so many bytes, so that a limit on the rate makes itself felt within a block. */
  readonly chunkBytes: number;
  /** Resolves when so many bytes may be sent. */
  spend(bytes: number): Promise<void>;
}

/** Writes an answer no faster than the other side reads and the limits allow, and not for ever to one that hardly reads. */
export class BlockWriter {
  readonly #stream: ByteStream;
  readonly #signal: AbortSignal;
  readonly #slowReader = new AbortController();
  readonly #allowance: Allowance;
  readonly #progressTimer: NodeJS.Timeout;
  #pendingChunks: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Bytes taken by the reader in the present stretch of time, and whether it was waited for all the time. */
  #progressBytes = 0;
  #isWriting = false;

  constructor(stream: ByteStream, signal: AbortSignal, allowance: Allowance) {
    this.#stream = stream;
    this.#signal = AbortSignal.any([signal, this.#slowReader.signal]);
    this.#allowance = allowance;
    this.#progressTimer = setInterval(() => {
      if (this.#isWriting && this.#progressBytes < MIN_PROGRESS_BYTES)
        this.#slowReader.abort(new Error('The requesting peer reads too slowly'));
      this.#progressBytes = 0;
    }, SLOW_READER_TIMEOUT_MS);
  }

  async block(cid: CID, bytes: Uint8Array): Promise<void> {
    this.#enqueue(sectionPrefix(cid, bytes.length));
    this.#enqueue(bytes);
    if (this.#pendingBytes >= MAX_COALESCED_BYTES) await this.flush();
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    this.#enqueue(bytes);
    if (this.#pendingBytes >= MAX_COALESCED_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const parts = this.#pendingChunks;
    this.#pendingChunks = [];
    this.#pendingBytes = 0;
    const { chunkBytes } = this.#allowance;
    for (const part of coalesce(parts, chunkBytes)) {
      for (let offset = 0; offset < part.length; offset += chunkBytes)
        await this.#send(part.subarray(offset, offset + chunkBytes));
    }
  }

  /** Nothing more is written. */
  end(): void {
    clearInterval(this.#progressTimer);
  }

  #enqueue(bytes: Uint8Array): void {
    this.#pendingChunks.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  async #send(chunk: Uint8Array): Promise<void> {
    await this.#allowance.spend(chunk.length);
    this.#isWriting = true;
    await this.#stream.write(chunk, this.#signal);
    this.#isWriting = false;
    this.#progressBytes += chunk.length;
  }
}

/**
 * Neighbors that are small as one piece: each piece is a frame of its own. What a large one has above whole slices goes along with
 * the small ones before it, so that it ends with a full slice.
 */
function coalesce(parts: readonly Uint8Array[], chunkBytes: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  const flushSmall = (): void => {
    const [first] = small;
    if (first !== undefined) pieces.push(small.length === 1 ? first : Buffer.concat(small));
    small = [];
  };
  for (const part of parts) {
    if (part.length < MAX_COALESCED_BYTES) {
      small.push(part);
      continue;
    }
    const rest = part.length % chunkBytes;
    const head = rest < MAX_COALESCED_BYTES && rest < part.length ? rest : 0;
    if (head > 0) small.push(part.subarray(0, head));
    flushSmall();
    pieces.push(part.subarray(head));
  }
  flushSmall();
  return pieces;
}
