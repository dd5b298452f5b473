/** When a crashed engine is started again, and when not any more. Times in milliseconds. */
export interface RestartPolicyOptions {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  /** Crashes in a row after which it is given up. */
  readonly maxCrashes: number;
  /** An engine that was up for this long counts as healthy: the row begins anew. */
  readonly healthyAfterMs: number;
}

const DEFAULTS: RestartPolicyOptions = {
  initialDelayMs: 1_000,
  maxDelayMs: 30_000,
  maxCrashes: 6,
  healthyAfterMs: 60_000,
};

/** Counts crashes in a row and doubles the wait after each: 1, 2, 4, … s up to the longest. */
export class RestartPolicy {
  readonly #options: RestartPolicyOptions;
  #crashes = 0;

  constructor(options: Partial<RestartPolicyOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  get crashes(): number {
    return this.#crashes;
  }

  /**
   * Note a crash after `uptime` milliseconds. Returns how long to wait before the next start; undefined: give up.
   */
  crashed(uptimeMs: number): number | undefined {
    if (uptimeMs >= this.#options.healthyAfterMs) this.#crashes = 0;
    this.#crashes++;
    if (this.#crashes >= this.#options.maxCrashes) return undefined;
    return Math.min(this.#options.initialDelayMs * 2 ** (this.#crashes - 1), this.#options.maxDelayMs);
  }

  reset(): void {
    this.#crashes = 0;
  }
}
