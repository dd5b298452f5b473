import type { CID } from 'multiformats/cid';
import type { ByteStream } from '../byte-stream.ts';
import { sectionPrefix } from './wire.ts';

/** Small blocks are gathered up to this before they are sent: each send costs a frame and its encryption. */
const GATHER_BYTES = 64 * 1024;
/** A reader that takes less than `LEAST_BYTES` in this time is let go. */
const SLOW_MS = 20_000;
const LEAST_BYTES = 64 * 1024;

/** How much may be sent. */
export interface Allowance {
  /** Large blocks are sent in slices of so many bytes, so that a limit on the rate makes itself felt within a block. */
  readonly slice: number;
  /** Resolves when so many bytes may be sent. */
  spend(bytes: number): Promise<void>;
}

/** Writes an answer no faster than the other side reads and the limits allow, and not for ever to one that hardly reads. */
export class BlockWriter {
  readonly #stream: ByteStream;
  readonly #signal: AbortSignal;
  readonly #slow = new AbortController();
  readonly #allowance: Allowance;
  readonly #watch: NodeJS.Timeout;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  /** Bytes taken by the reader in the present stretch of time, and whether it was waited for all the time. */
  #taken = 0;
  #waiting = false;

  constructor(stream: ByteStream, signal: AbortSignal, allowance: Allowance) {
    this.#stream = stream;
    this.#signal = AbortSignal.any([signal, this.#slow.signal]);
    this.#allowance = allowance;
    this.#watch = setInterval(() => {
      if (this.#waiting && this.#taken < LEAST_BYTES) this.#slow.abort(new Error('The asker reads too slowly'));
      this.#taken = 0;
    }, SLOW_MS);
  }

  async block(cid: CID, bytes: Uint8Array): Promise<void> {
    this.#gather(sectionPrefix(cid, bytes.length));
    this.#gather(bytes);
    if (this.#gatheredBytes >= GATHER_BYTES) await this.flush();
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    this.#gather(bytes);
    if (this.#gatheredBytes >= GATHER_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const parts = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    const { slice } = this.#allowance;
    for (const part of joined(parts, slice)) {
      for (let at = 0; at < part.length; at += slice) await this.#send(part.subarray(at, at + slice));
    }
  }

  /** Nothing more is written. */
  end(): void {
    clearInterval(this.#watch);
  }

  #gather(bytes: Uint8Array): void {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
  }

  async #send(slice: Uint8Array): Promise<void> {
    await this.#allowance.spend(slice.length);
    this.#waiting = true;
    await this.#stream.write(slice, this.#signal);
    this.#waiting = false;
    this.#taken += slice.length;
  }
}

/**
 * Neighbours that are small as one piece: each piece is a frame of its own. What a large one has above whole slices goes along with
 * the small ones before it, so that it ends with a full slice.
 */
function joined(parts: readonly Uint8Array[], slice: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  const join = (): void => {
    const [first] = small;
    if (first !== undefined) pieces.push(small.length === 1 ? first : Buffer.concat(small));
    small = [];
  };
  for (const part of parts) {
    if (part.length < GATHER_BYTES) {
      small.push(part);
      continue;
    }
    const rest = part.length % slice;
    const head = rest < GATHER_BYTES && rest < part.length ? rest : 0;
    if (head > 0) small.push(part.subarray(0, head));
    join();
    pieces.push(part.subarray(head));
  }
  join();
  return pieces;
}
