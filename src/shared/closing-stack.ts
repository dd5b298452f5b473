/**
 * Closes what was opened, in reverse order. Every step runs, also after another one failed. It is what
 * `AsyncDisposableStack` is, which Node 22 does not have.
 */
export class ClosingStack {
  readonly #steps: (() => unknown)[] = [];
  #closing: Promise<void> | undefined;

  /** Add a step that runs before all steps that were added earlier. */
  defer(close: () => unknown): void {
    this.#steps.push(close);
  }

  /**
   * Run all steps; a second call waits for the first one.
   *
   * @throws the first error of a step, after the others ran
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#run());
  }

  async #run(): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    for (const close of this.#steps.toReversed()) {
      try {
        await close();
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }
}
