import type { Socket } from 'node:net';
import { GgenError } from '../shared/errors.ts';
import type { RpcEndpoint } from './endpoint.ts';
import { encodeFrame, FrameReader, MAX_FRAME_BYTES } from './frames.ts';

export interface SocketEndpointOptions {
  /**
   * Stop reading while the far side does not read. For the serving side: it slows down a client that sends requests
   * without reading replies. If both sides did this, two full buffers would wait for each other forever.
   */
  readonly backpressure?: boolean;
  /** Time after which an incomplete frame ends the connection, in milliseconds; 30 s when left out. */
  readonly frameTimeoutMs?: number;
  /**
   * When more bytes than this wait to be sent, the connection is closed; twice the largest frame when left out. It
   * bounds the memory that a client without progress can take.
   */
  readonly maxBufferedBytes?: number;
}

/**
 * A channel over a local socket, one frame per message. A far side that breaks the framing (garbage, an oversized or
 * stalled frame) or does not read its replies is disconnected; nothing that it sends throws here.
 */
export function socketEndpoint(socket: Socket, options: SocketEndpointOptions = {}): RpcEndpoint {
  const channel = new SocketChannel(socket, options);
  return {
    postMessage: (message) => {
      channel.post(message);
    },
    onMessage: (listener) => channel.listen(listener),
    onClose: (listener) => {
      socket.once('close', listener);
      return () => socket.off('close', listener);
    },
    close: () => {
      channel.close();
    },
  };
}

/** Resolves when the connection is closed, to a GgenError EngineStopped with the reason. Never rejects. */
export function socketClosed(socket: Socket): Promise<Error> {
  return new Promise((resolve) => {
    let cause: Error | undefined;
    socket.once('error', (error) => {
      cause = error;
    });
    socket.once('close', () => {
      const message =
        cause === undefined
          ? 'The process that runs the engine closed the connection.'
          : `The connection to the engine was lost: ${cause.message}`;
      resolve(new GgenError('EngineStopped', message, { cause }));
    });
  });
}

class SocketChannel {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #listeners = new Set<(message: unknown) => void>();
  readonly #backpressure: boolean;
  readonly #frameTimeoutMs: number;
  readonly #maxBufferedBytes: number;
  #stallTimer: NodeJS.Timeout | undefined;
  #reading = false;

  constructor(socket: Socket, options: SocketEndpointOptions) {
    this.#socket = socket;
    this.#backpressure = options.backpressure ?? false;
    this.#frameTimeoutMs = options.frameTimeoutMs ?? 30_000;
    this.#maxBufferedBytes = options.maxBufferedBytes ?? 2 * MAX_FRAME_BYTES;
    // Without a listener, an error of the connection would end the process. `close` follows and is handled.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(this.#stallTimer);
    });
  }

  post(message: unknown): void {
    if (!this.#socket.writable) return;
    const flowing = this.#socket.write(encodeFrame(message));
    if (this.#socket.writableLength > this.#maxBufferedBytes) {
      this.#socket.destroy(new Error('The other side does not read the data sent to it.'));
    } else if (!flowing && this.#backpressure) {
      this.#pause();
    }
  }

  listen(listener: (message: unknown) => void): () => void {
    this.#listeners.add(listener);
    this.#start();
    return () => this.#listeners.delete(listener);
  }

  /** Close the connection when the posted messages are sent, after one second at the latest. */
  close(): void {
    this.#socket.end();
    const destroyTimer = setTimeout(() => this.#socket.destroy(), 1_000);
    destroyTimer.unref();
    this.#socket.once('close', () => {
      clearTimeout(destroyTimer);
    });
  }

  /** Start reading with the first listener, so that no message is lost before it. */
  #start(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#socket.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
  }

  #receive(chunk: Buffer): void {
    try {
      const messages = this.#reader.push(chunk);
      for (const message of messages) this.#deliver(message);
      // An incomplete frame keeps its deadline, however many chunks it arrives in.
      if (messages.length > 0 || this.#stallTimer === undefined) this.#resetStallTimer();
    } catch (error) {
      this.#socket.destroy(new Error('The other side sent an invalid message.', { cause: error }));
    }
  }

  #deliver(message: unknown): void {
    for (const listener of [...this.#listeners]) listener(message);
  }

  /** Set the deadline of an incomplete frame, unless reading is paused. */
  #resetStallTimer(): void {
    clearTimeout(this.#stallTimer);
    this.#stallTimer = undefined;
    if (!this.#reader.partial || this.#socket.isPaused()) return;
    this.#stallTimer = setTimeout(() => {
      this.#socket.destroy(new Error('The other side did not finish sending a message in time.'));
    }, this.#frameTimeoutMs);
    this.#stallTimer.unref();
  }

  #pause(): void {
    if (this.#socket.isPaused()) return;
    this.#socket.pause();
    this.#resetStallTimer();
    this.#socket.once('drain', () => {
      this.#socket.resume();
      this.#resetStallTimer();
    });
  }
}
