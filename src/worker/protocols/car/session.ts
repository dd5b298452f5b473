import type { Stream } from '@libp2p/interface';
import type { CID } from 'multiformats/cid';
import { ByteStream } from '../byte-stream.ts';
import { StallDetector } from './stall-detector.ts';
import { encodeCarRequest, readCarHeader, readHead, readSection } from './wire.ts';
import type { CarWant } from './wire.ts';

/** The peer is there, but hands out nothing at present: its limits are reached, or its user paused it. */
export class PeerBusyError extends Error {
  override readonly name = 'PeerBusyError';
}

/** An answerer lets go of a stream that is idle for a minute: before that, a new one is opened. */
const STREAM_IDLE_TIMEOUT_MS = 30_000;

/** Gets each block that comes; the next is read when what it returns has resolved. What it throws ends the session. */
export type OnBlock = (cid: CID, bytes: Uint8Array) => Promise<void> | void;

export interface CarSessionOptions {
  /** Opens a stream of the protocol to the peer. */
  readonly open: (signal: AbortSignal) => Promise<Stream>;
  /** How many bytes may be waited for at once: few where a limit is to make itself felt within a block. */
  readonly maxChunkBytes: () => number;
  /** Resolves when so many bytes may be received. */
  readonly onReceived: (bytes: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Asks one peer over one stream (docs/protocols/car.md). Requests may be put while others are under way: each is sent at once,
 * and the answers come one after the other, so that the way is never idle between them. Whatever goes wrong ends all of them.
 */
export class CarSession {
  readonly #options: CarSessionOptions;
  readonly #ended = new AbortController();
  #opening: Promise<{ stream: ByteStream; stallDetector: StallDetector }> | undefined;
  #activeRequests = 0;
  #lastUsedAt = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #reading: Promise<unknown> = Promise.resolve();

  constructor(options: CarSessionOptions) {
    this.#options = options;
  }

  /**
   * Ask for blocks. Resolves at the end of the answer: what did not come by then, the peer does not have. The blocks are not
   * verified yet.
   *
   * @throws PeerBusy, errors named `PeerLate` (waited in vain) and `PeerLied` (it breaks the protocol), what `onBlock` threw,
   *   and whatever a stream that cannot be opened throws
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
    const error = reason instanceof Error ? reason : new Error(String(reason));
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

  /** A stream that nobody uses may have been closed by the other side. */
  async #dropIdleStream(): Promise<void> {
    const opened = await this.#opening;
    if (opened === undefined || (opened.stream.isOpen && performance.now() - this.#lastUsedAt < STREAM_IDLE_TIMEOUT_MS))
      return;
    opened.stream.abort(new Error('The stream is no longer in use'));
    this.#opening = undefined;
  }

  async #requestOn(
    { stream, stallDetector }: { stream: ByteStream; stallDetector: StallDetector },
    wants: readonly CarWant[],
    onBlock: OnBlock,
  ): Promise<void> {
    const { signal } = this.#ended;
    const written = this.#writing.then(() => stream.write(encodeCarRequest(wants), signal));
    this.#writing = written;
    const read = this.#reading.then(async () => {
      await written;
      await this.#receive(stream, stallDetector, onBlock);
    });
    this.#reading = read;
    await Promise.all([written, read]);
  }

  async #open(signal: AbortSignal): Promise<{ stream: ByteStream; stallDetector: StallDetector }> {
    const stream = new ByteStream(await this.#options.open(signal));
    return { stream, stallDetector: new StallDetector(stream) };
  }

  async #receive(stream: ByteStream, stallDetector: StallDetector, onBlock: OnBlock): Promise<void> {
    const { signal } = this.#ended;
    const { onReceived } = this.#options;
    const waitForBytes = async (minBytes: number): Promise<number> => {
      const count = await stallDetector.waitForBytes(signal, Math.min(minBytes, this.#options.maxChunkBytes()));
      if (count > 0) await onReceived(count, signal);
      return count;
    };
    stallDetector.reset();
    if ((await readHead(stream, waitForBytes)).busy) throw new PeerBusyError('The peer is not seeding at the moment');
    await readCarHeader(stream, waitForBytes);
    for (;;) {
      const section = await readSection(stream, waitForBytes);
      if (section === undefined) return;
      await onBlock(section.cid, section.bytes);
    }
  }
}
