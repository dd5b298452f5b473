import { GgenError } from '../shared/errors.ts';

/** The running calls of one client, by the operation number that the client chose. */
export class ServerOperations {
  readonly #live = new Map<number, AbortController>();

  get size(): number {
    return this.#live.size;
  }

  has(operation: number): boolean {
    return this.#live.has(operation);
  }

  /**
   * Run a call under an operation number, with a signal that `cancel` and `cancelAll` abort.
   *
   * @throws GgenError InvalidRequest when the number is not an integer or is in use; the error of `body`
   */
  async run<T>(operation: unknown, body: (operation: number, signal: AbortSignal) => Promise<T>): Promise<T> {
    if (!isOperation(operation)) throw new GgenError('InvalidRequest', 'The operation ID is not an integer.');
    if (this.#live.has(operation)) throw new GgenError('InvalidRequest', `Operation ${operation} is already running.`);
    const controller = new AbortController();
    this.#live.set(operation, controller);
    try {
      return await body(operation, controller.signal);
    } finally {
      this.#live.delete(operation);
    }
  }

  /** Abort one operation. An unknown number is ignored: a cancel and the reply may cross. */
  cancel(operation: unknown): void {
    if (isOperation(operation)) this.#live.get(operation)?.abort(canceledError());
  }

  cancelAll(): void {
    for (const controller of this.#live.values()) controller.abort(canceledError());
  }
}

function isOperation(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function canceledError(): DOMException {
  return new DOMException('The caller canceled this operation.', 'AbortError');
}
