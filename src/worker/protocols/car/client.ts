import type { Stream } from '@libp2p/interface';
import type { CID } from 'multiformats/cid';
import { toError } from '../../../shared/errors.ts';
import { ByteStream } from '../wire/byte-stream.ts';
import { CLIENT_IDLE_TIMEOUT_MS } from './limits.ts';
import { readBatches } from './batch-reader.ts';
import { StallDetector } from './stall-detector.ts';
import { ProtocolViolationError, encodeCarRequest, readCarHeader, readHead, readSection } from './wire.ts';
import type { CarWant, WaitForBytes } from './wire.ts';
import { hasZstd } from './zstd.ts';

/** The peer serves nothing at the moment: its limits are reached, or its user paused seeding. */
export class PeerBusyError extends Error {
  override readonly name = 'PeerBusyError';
}

/** Called with each block; the next one is read when the returned promise has resolved. An error ends the session. */
export type OnBlock = (cid: CID, bytes: Uint8Array) => Promise<void> | void;

interface OpenStream {
  readonly stream: ByteStream;
  readonly stallDetector: StallDetector;
  /** Bytes of the stream that were reported as received. */
  counted: number;
}

export interface CarSessionOptions {
  /** Opens a stream of the protocol to the peer. */
  readonly open: (signal: AbortSignal) => Promise<Stream>;
  /** Returns how many bytes to await at once: few under a rate limit, so that it takes effect within a block. */
  readonly maxChunkBytes: () => number;
  /** Resolves when this many bytes may be received. */
  readonly onReceived: (bytes: number, signal: AbortSignal) => Promise<void>;
  /** Whether compressed answers are read. They are where the runtime can. */
  readonly acceptsZstd?: boolean;
}

/**
 * Fetches blocks from one peer over one stream (docs/protocols/car.md). Requests may be pipelined: each is sent at once, and the
 * answers come one after the other, so that the connection is never idle between them. An error ends all of them.
 */
export class CarSession {
  readonly #options: CarSessionOptions;
  readonly #ended = new AbortController();
  #opening: Promise<OpenStream> | undefined;
  readonly #acceptsZstd: boolean;
  #activeRequests = 0;
  #lastUsedAt = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #reading: Promise<unknown> = Promise.resolve();

  constructor(options: CarSessionOptions) {
    this.#options = options;
    this.#acceptsZstd = options.acceptsZstd ?? hasZstd();
  }

  /**
   * Requests blocks. Resolves at the end of the answer: blocks that did not come by then, the peer does not have. The blocks are
   * not verified yet.
   *
   * @throws PeerBusyError; StallError when the peer stops sending; ProtocolViolationError; the error of `onBlock`; the error of
   *   `open`; Error when the stream is cut
   */
  async fetch(wants: readonly CarWant[], onBlock: OnBlock): Promise<void> {
    const answer = this.#request(wants, onBlock);
    answer.catch((error: unknown) => {
      this.close(error);
    });
    await answer;
  }

  close(reason: unknown = new Error('The session was closed')): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(reason);
    const error = toError(reason);
    this.#opening?.then(
      ({ stream }) => {
        stream.abort(error);
      },
      () => undefined,
    );
  }

  async #request(wants: readonly CarWant[], onBlock: OnBlock): Promise<void> {
    const { signal } = this.#ended;
    signal.throwIfAborted();
    if (this.#activeRequests === 0) await this.#dropIdleStream();
    this.#activeRequests++;
    try {
      await this.#requestOn(await (this.#opening ??= this.#open(signal)), wants, onBlock);
    } finally {
      this.#activeRequests--;
      this.#lastUsedAt = performance.now();
    }
  }

  /** The server closes a stream without requests after a while. */
  async #dropIdleStream(): Promise<void> {
    const opened = await this.#opening;
    if (opened === undefined || (opened.stream.isOpen && performance.now() - this.#lastUsedAt < CLIENT_IDLE_TIMEOUT_MS))
      return;
    opened.stream.abort(new Error('The stream is no longer in use'));
    this.#opening = undefined;
  }

  async #requestOn(open: OpenStream, wants: readonly CarWant[], onBlock: OnBlock): Promise<void> {
    const { signal } = this.#ended;
    const written = this.#writing.then(() => open.stream.write(encodeCarRequest(wants, this.#acceptsZstd), signal));
    this.#writing = written;
    const read = this.#reading.then(async () => {
      await written;
      await this.#receive(open, wants, onBlock);
    });
    this.#reading = read;
    await Promise.all([written, read]);
  }

  async #open(signal: AbortSignal): Promise<OpenStream> {
    const stream = new ByteStream(await this.#options.open(signal));
    return { stream, stallDetector: new StallDetector(stream), counted: 0 };
  }

  async #receive(open: OpenStream, wants: readonly CarWant[], onBlock: OnBlock): Promise<void> {
    const { stream, stallDetector } = open;
    const { signal } = this.#ended;
    // Bytes also come while nothing waits for them.
    const countReceived = async (): Promise<void> => {
      const bytes = stream.received - open.counted;
      open.counted = stream.received;
      if (bytes > 0) await this.#options.onReceived(bytes, signal);
    };
    const waitForBytes = async (minBytes: number): Promise<number> => {
      const count = await stallDetector.waitForBytes(signal, Math.min(minBytes, this.#options.maxChunkBytes()));
      await countReceived();
      return count;
    };
    stallDetector.reset();
    const { busy, isCompressed } = await readHead(stream, waitForBytes);
    if (busy) throw new PeerBusyError('The peer is not seeding at the moment');
    if (isCompressed && !this.#acceptsZstd)
      throw new ProtocolViolationError('The answer has an encoding that was not offered');
    const blocks = isCompressed ? readBatches(stream, wants, waitForBytes) : readSections(stream, waitForBytes);
    for await (const { cid, bytes } of blocks) await onBlock(cid, bytes);
    await countReceived();
  }
}

async function* readSections(
  stream: ByteStream,
  waitForBytes: WaitForBytes,
): AsyncGenerator<{ readonly cid: CID; readonly bytes: Uint8Array }> {
  await readCarHeader(stream, waitForBytes);
  for (;;) {
    const section = await readSection(stream, waitForBytes);
    if (section === undefined) return;
    yield section;
  }
}
