/**
 * The functions that are called when one kind of thing happens, in the order in which they were added. Each
 * registration counts by itself, so that one function can be added twice and removed once.
 */
export class Listeners<T> {
  readonly #entries = new Set<{ readonly listener: (value: T) => void }>();

  get size(): number {
    return this.#entries.size;
  }

  /** Returns the function that removes the listener again. */
  add(listener: (value: T) => void): () => void {
    const entry = { listener };
    this.#entries.add(entry);
    return () => {
      this.#entries.delete(entry);
    };
  }

  /**
   * Call every listener. One that an earlier listener removes is skipped; one that an earlier listener adds is called for
   * the next value.
   *
   * @throws the first error of a listener, after the others were called
   */
  emit(value: T): void {
    let failure: { readonly error: unknown } | undefined;
    for (const entry of [...this.#entries]) {
      if (!this.#entries.has(entry)) continue;
      try {
        entry.listener(value);
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** Call a listener so that its error reaches the process's handler instead of the code that emits. */
export function callSafely<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
