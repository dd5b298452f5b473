import type { Reply } from './protocol.ts';

/** A call that waits for its reply. */
interface PendingCall {
  readonly onProgress: ((progress: unknown) => void) | undefined;
  readonly settle: (reply: Reply) => void;
  readonly fail: (error: Error) => void;
}

/** A call that was opened: its operation number and its reply. */
export interface OpenCall {
  readonly operation: number;
  readonly reply: Promise<Reply>;
}

/** Calls of a client that wait for their reply, by operation number. */
export class ClientCalls {
  readonly #pending = new Map<number, PendingCall>();
  #last = 0;
  #stopped: Error | undefined;

  get size(): number {
    return this.#pending.size;
  }

  /** @throws the reason that `stop` was given, after it */
  open(onProgress: ((progress: unknown) => void) | undefined): OpenCall {
    if (this.#stopped !== undefined) throw this.#stopped;
    const operation = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.#pending.set(operation, { onProgress, settle: resolve, fail: reject });
    return { operation, reply: promise };
  }

  settle(operation: number, reply: Reply): void {
    this.#take(operation)?.settle(reply);
  }

  fail(operation: number, error: Error): void {
    this.#take(operation)?.fail(error);
  }

  progress(operation: number, progress: unknown): void {
    this.#pending.get(operation)?.onProgress?.(progress);
  }

  /** Fail all waiting and all later calls for this reason. The first reason counts. */
  stop(reason: Error): void {
    this.#stopped ??= reason;
    for (const operation of [...this.#pending.keys()]) this.fail(operation, this.#stopped);
  }

  #take(operation: number): PendingCall | undefined {
    const call = this.#pending.get(operation);
    this.#pending.delete(operation);
    return call;
  }
}
