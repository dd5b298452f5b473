import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface';

/** Above this many unread bytes the stream is paused, below half of it resumed. More than is ever awaited at once. */
const HIGH_WATER_BYTES = 3 * 1024 * 1024;
/** libp2p aborts a stream with more unread bytes than this. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

/**
 * The bytes of a libp2p stream, with back-pressure both ways: unread bytes keep the other side from sending, and a write resolves
 * when the stream takes more. (The stream's own iterator reads without limit, and its `onDrain` waits only the first time.)
 */
export class ByteStream {
  readonly #stream: Stream;
  readonly #chunks: Uint8Array[] = [];
  #buffered = 0;
  #received = 0;
  #ended = false;
  #failure: Error | undefined;
  #resolveWait: (() => void) | undefined;
  /** `#buffered` at which the current wait ends. */
  #waitTargetBytes = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
    // When the stream is paused, a window of at most 4 MiB is still under way.
    stream.maxReadBufferLength = MAX_UNREAD_BYTES;
    stream.addEventListener('message', this.#onMessage);
    stream.addEventListener('end', this.#onEnd);
    stream.addEventListener('remoteCloseWrite', this.#onEnd);
    stream.addEventListener('close', this.#onClose);
    if (stream.readableEnded) this.#ended = true;
  }

  /** Bytes that can be taken now. */
  get available(): number {
    return this.#buffered;
  }

  /** Bytes that came so far, taken or not. */
  get received(): number {
    return this.#received;
  }

  /** The other side sends nothing more. */
  get ended(): boolean {
    return this.#ended;
  }

  get isOpen(): boolean {
    return !this.#ended && this.#failure === undefined && this.#stream.status === 'open';
  }

  /**
   * Waits for bytes beyond those available, or for the end. One wait for many bytes is cheaper than many waits for a few.
   *
   * @param minBytes how many to wait for, less than 3 MiB
   * @returns how many came; 0 at the end of the stream
   * @throws the reason of `signal`; StreamResetError or the error of the connection
   */
  async waitForBytes(signal: AbortSignal, minBytes = 1): Promise<number> {
    signal.throwIfAborted();
    const before = this.#buffered;
    this.#throwIfFailed();
    if (this.#ended) return 0;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#resolveWait = undefined;
        resolve();
      };
      this.#resolveWait = done;
      this.#waitTargetBytes = before + minBytes;
      signal.addEventListener('abort', done, { once: true });
    });
    signal.throwIfAborted();
    if (this.#buffered === before) this.#throwIfFailed();
    return this.#buffered - before;
  }

  /** The available byte at this index, without taking it. @throws RangeError when fewer bytes are available */
  peek(index: number): number {
    let rest = index;
    for (const chunk of this.#chunks) {
      if (rest < chunk.length) return chunk[rest] ?? 0;
      rest -= chunk.length;
    }
    throw new RangeError('Not enough bytes available yet');
  }

  /** Takes bytes, which must be available: a view when they came in one chunk, else a copy. */
  take(length: number): Uint8Array {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= length) {
      if (first.length === length) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(length);
      this.#onConsumed(length);
      return first.subarray(0, length);
    }
    const bytes = Buffer.allocUnsafe(length);
    this.takeInto(bytes, 0);
    return bytes;
  }

  /** Copies available bytes into `target` from `offset` on, as many as fit. Returns the offset after them. */
  takeInto(target: Uint8Array, offset: number): number {
    let end = offset;
    while (end < target.length) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) break;
      const fits = Math.min(chunk.length, target.length - end);
      target.set(fits === chunk.length ? chunk : chunk.subarray(0, fits), end);
      if (fits < chunk.length) this.#chunks.unshift(chunk.subarray(fits));
      end += fits;
    }
    this.#onConsumed(end - offset);
    return end;
  }

  /** Sends bytes. Resolves when the stream takes more. @throws as `waitForBytes` */
  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#throwIfFailed();
    this.#stream.send(bytes);
    await this.#waitForDrain(signal);
  }

  async close(signal: AbortSignal): Promise<void> {
    await this.#stream.close({ signal });
  }

  abort(error: Error): void {
    this.#stream.abort(error);
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #waitForDrain(signal: AbortSignal): Promise<void> {
    while (this.#stream.writableNeedsDrain) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#stream.removeEventListener('drain', done);
          this.#stream.removeEventListener('close', done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#stream.addEventListener('drain', done);
        this.#stream.addEventListener('close', done);
        signal.addEventListener('abort', done, { once: true });
      });
      signal.throwIfAborted();
      this.#throwIfFailed();
    }
  }

  #onConsumed(length: number): void {
    const before = this.#buffered;
    this.#buffered -= length;
    if (before > HIGH_WATER_BYTES / 2 && this.#buffered <= HIGH_WATER_BYTES / 2 && this.#isReading)
      this.#stream.resume();
  }

  get #isReading(): boolean {
    return !this.#ended && this.#failure === undefined;
  }

  readonly #onMessage = ({ data }: StreamMessageEvent): void => {
    for (const chunk of data instanceof Uint8Array ? [data] : data) {
      this.#chunks.push(chunk);
      this.#buffered += chunk.length;
      this.#received += chunk.length;
    }
    if (this.#buffered > HIGH_WATER_BYTES) this.#schedulePause();
    if (this.#buffered >= this.#waitTargetBytes) this.#resolveWait?.();
  };

  /**
   * Pauses in a microtask: a stream that is paused from within its own `resume` becomes readable again afterwards, and the sender
   * would never stop.
   */
  #schedulePause(): void {
    queueMicrotask(() => {
      if (this.#buffered > HIGH_WATER_BYTES && this.#isReading && this.#stream.readStatus === 'readable')
        this.#stream.pause();
    });
  }

  readonly #onEnd = (): void => {
    this.#ended = this.#stream.readBufferLength === 0;
    this.#resolveWait?.();
  };

  readonly #onClose = ({ error }: StreamCloseEvent): void => {
    if (error !== undefined) this.#failure = error;
    this.#onEnd();
  };
}
