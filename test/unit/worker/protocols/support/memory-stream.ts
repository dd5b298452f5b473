import { defaultLogger } from '@libp2p/logger';
import { AbstractStream } from '@libp2p/utils';
import type { SendResult } from '@libp2p/utils';
import type { AbortOptions } from '@libp2p/interface';
import type { Uint8ArrayList } from 'uint8arraylist';

/** Bytes that a sender may have under way to a reader that does not read: yamux's first window. */
const DEFAULT_WINDOW_BYTES = 256 * 1024;

export interface StreamPairOptions {
  readonly protocol?: string;
  /** Bytes that each side may send before the other side reads; 256 KiB when left out. */
  readonly windowBytes?: number;
}

let nextId = 0;

/**
 * One end of a libp2p stream in memory. The states, events and buffers are those of libp2p's own `AbstractStream`; this class
 * is the transport: a window per direction that only a reader which is not paused opens again, half-close, reset, and a
 * connection that breaks. Each frame arrives in a turn of the event loop of its own, in order.
 */
export class MemoryStream extends AbstractStream {
  /** Bytes that were sent over this end. */
  sentBytes = 0;
  readonly #windowBytes: number;
  #remote: MemoryStream | undefined;
  /** Bytes that may still be sent. */
  #credit: number;
  /** Bytes that came while this end was paused, for which the sender has no credit back yet. */
  #unacknowledged = 0;
  readonly #incoming: (() => void)[] = [];
  #isDelivering = false;
  #isStalled = false;

  constructor(
    direction: 'inbound' | 'outbound',
    { protocol = '', windowBytes = DEFAULT_WINDOW_BYTES }: StreamPairOptions,
  ) {
    const id = String(nextId++);
    super({ id, protocol, direction, log: defaultLogger().forComponent(`memory-stream:${direction}:${id}`) });
    this.#windowBytes = windowBytes;
    this.#credit = windowBytes;
  }

  join(remote: MemoryStream): void {
    this.#remote = remote;
  }

  /** Hold back what comes, as a connection does that hangs without breaking; `unstall` delivers it. */
  stall(): void {
    this.#isStalled = true;
  }

  unstall(): void {
    this.#isStalled = false;
    this.#deliverNext();
  }

  /** Break the connection below both ends. */
  breakConnection(error: Error = new Error('The connection broke')): void {
    for (const end of this.#remote === undefined ? [this] : [this, this.#remote]) {
      end.#incoming.splice(0);
      end.onTransportClosed(error);
    }
  }

  override sendData(data: Uint8ArrayList): SendResult {
    const bytes = data.slice(0, Math.min(data.byteLength, this.#credit));
    this.#credit -= bytes.length;
    this.sentBytes += bytes.length;
    this.#toRemote((remote) => {
      remote.#receive(bytes);
    });
    return { sentBytes: bytes.length, canSendMore: this.#credit > 0 };
  }

  override sendReset(): void {
    this.#toRemote((remote) => {
      if (remote.status === 'open' || remote.status === 'closing') remote.onRemoteReset();
    });
  }

  override async sendCloseWrite(options?: AbortOptions): Promise<void> {
    options?.signal?.throwIfAborted();
    this.#toRemote((remote) => {
      remote.onRemoteCloseWrite();
    });
    return Promise.resolve();
  }

  override async sendCloseRead(options?: AbortOptions): Promise<void> {
    options?.signal?.throwIfAborted();
    this.#toRemote((remote) => {
      remote.onRemoteCloseRead();
    });
    return Promise.resolve();
  }

  override sendPause(): void {
    // A paused reader only keeps the credit, as in yamux.
  }

  override sendResume(): void {
    this.#acknowledge();
  }

  #receive(bytes: Uint8Array): void {
    this.#unacknowledged += bytes.length;
    this.onData(bytes);
    if (this.readStatus !== 'paused') this.#acknowledge();
  }

  #acknowledge(): void {
    const credit = this.#unacknowledged;
    this.#unacknowledged = 0;
    if (credit === 0) return;
    this.#toRemote((remote) => {
      remote.#credit = Math.min(remote.#credit + credit, remote.#windowBytes);
      remote.safeDispatchEvent('drain');
    });
  }

  #toRemote(event: (remote: MemoryStream) => void): void {
    const remote = this.#remote;
    if (remote === undefined) return;
    remote.#incoming.push(() => {
      event(remote);
    });
    remote.#deliverNext();
  }

  #deliverNext(): void {
    if (this.#isDelivering || this.#isStalled || this.#incoming.length === 0) return;
    this.#isDelivering = true;
    setImmediate(() => {
      this.#isDelivering = false;
      if (!this.#isStalled) this.#incoming.shift()?.();
      this.#deliverNext();
    });
  }
}

/** Two ends of one stream: the one that opened it, and the one that a handler is given. */
export function memoryStreamPair(options: StreamPairOptions = {}): [outbound: MemoryStream, inbound: MemoryStream] {
  const outbound = new MemoryStream('outbound', options);
  const inbound = new MemoryStream('inbound', options);
  outbound.join(inbound);
  inbound.join(outbound);
  return [outbound, inbound];
}
