/** Replaces `AbortSignal.timeout` by signals that fire when a test says so: no test waits for a timeout. */
export class ManualTimeouts {
  readonly #original = AbortSignal.timeout.bind(AbortSignal);
  #pending: { readonly controller: AbortController; readonly timeoutMs: number }[] = [];

  install(): void {
    AbortSignal.timeout = (timeoutMs) => {
      const controller = new AbortController();
      this.#pending.push({ controller, timeoutMs });
      return controller.signal;
    };
  }

  restore(): void {
    AbortSignal.timeout = this.#original;
    this.#pending = [];
  }

  /** Milliseconds of each timeout that was set and has not fired, in order. */
  get pending(): readonly number[] {
    return this.#pending.map(({ timeoutMs }) => timeoutMs);
  }

  /** Fires all timeouts that are set. */
  expire(): void {
    for (const { controller } of this.#pending.splice(0)) {
      controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    }
  }
}

/** Manual timeouts for the tests of the suite in which this is called. */
export function manualTimeouts(): ManualTimeouts {
  const timeouts = new ManualTimeouts();
  beforeEach(() => {
    timeouts.install();
  });
  afterEach(() => {
    timeouts.restore();
  });
  return timeouts;
}
