import type { Reply } from './protocol.ts';

/** A call that waits for its answer. */
interface PendingCall {
  readonly onProgress: ((progress: unknown) => void) | undefined;
  readonly settle: (reply: Reply) => void;
  readonly fail: (error: Error) => void;
}

/** A call as just opened: its number, and its answer once there is one. */
export interface OpenCall {
  readonly operation: number;
  readonly reply: Promise<Reply>;
}

/** Calls of a client that wait for their answer, by operation number. */
export class ClientCalls {
  readonly #pending = new Map<number, PendingCall>();
  #last = 0;
  #stopped: Error | undefined;

  get size(): number {
    return this.#pending.size;
  }

  /** @throws the reason, when the far side is gone already */
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

  /** Fail everything that waits, and everything that will be asked, for this reason. The first reason stays. */
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
