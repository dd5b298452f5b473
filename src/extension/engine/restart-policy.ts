/** Limits of the restart policy, by which the extension restarts the worker thread after crashes. */
export interface RestartPolicyOptions {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  /** Consecutive crashes after which the engine is not restarted. */
  readonly maxCrashes: number;
  /** A run of at least this duration resets the count of consecutive crashes. */
  readonly healthyAfterMs: number;
}

const DEFAULTS: RestartPolicyOptions = {
  initialDelayMs: 1_000,
  maxDelayMs: 30_000,
  maxCrashes: 6,
  healthyAfterMs: 60_000,
};

/** Counts consecutive crashes and doubles the delay after each: 1, 2, 4, … s up to the maximum. */
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
   * Record a crash after a run of `uptimeMs`. Returns the delay before the next start in milliseconds; undefined when
   * the engine must not be restarted.
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
