import type { CID } from 'multiformats/cid';
import type { ByteStream } from '../wire/byte-stream.ts';
import { MAX_COALESCED_BYTES, MIN_READER_BYTES, SLOW_READER_TIMEOUT_MS } from './limits.ts';
import { sectionPrefix } from './wire.ts';

/** How much may be sent. */
export interface Allowance {
  /** Large blocks are sent in chunks of this size, so that a rate limit takes effect within a block. */
  readonly chunkBytes: number;
  /** Resolves when this many bytes may be sent. */
  spend(bytes: number): Promise<void>;
}

/**
 * Writes an answer as fast as the other side reads and the limits allow.
 *
 * @throws Error 'The requesting peer reads too slowly' from each write, when the reader makes no progress
 */
export class BlockWriter {
  readonly #stream: Pick<ByteStream, 'write'>;
  readonly #signal: AbortSignal;
  readonly #slowReader = new AbortController();
  readonly #allowance: Allowance;
  readonly #onSent: (bytes: number, ms: number) => void;
  readonly #progressTimer: NodeJS.Timeout;
  #pendingChunks: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Bytes that the reader took in the current interval, and whether a write waits for it. */
  #progressBytes = 0;
  #isWriting = false;

  /** @param onSent called with the bytes that the stream took, and how long that lasted in milliseconds */
  constructor(
    stream: Pick<ByteStream, 'write'>,
    signal: AbortSignal,
    allowance: Allowance,
    onSent: (bytes: number, ms: number) => void = () => undefined,
  ) {
    this.#stream = stream;
    this.#onSent = onSent;
    this.#signal = AbortSignal.any([signal, this.#slowReader.signal]);
    this.#allowance = allowance;
    this.#progressTimer = setInterval(() => {
      if (this.#isWriting && this.#progressBytes < MIN_READER_BYTES)
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

  /** Ends the watch over the reader; nothing is written afterwards. */
  end(): void {
    clearInterval(this.#progressTimer);
  }

  #enqueue(bytes: Uint8Array): void {
    this.#pendingChunks.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  async #send(chunk: Uint8Array): Promise<void> {
    const startedAt = performance.now();
    await this.#allowance.spend(chunk.length);
    this.#isWriting = true;
    await this.#stream.write(chunk, this.#signal);
    this.#isWriting = false;
    this.#progressBytes += chunk.length;
    this.#onSent(chunk.length, performance.now() - startedAt);
  }
}

/**
 * Joins small neighbors to one piece, since each piece is a frame of its own. The bytes of a large part beyond whole chunks join
 * the small parts before it, so that the large part ends with a full chunk.
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
