/** Removed items before the remaining ones are moved to a new array. */
const COMPACT_AFTER_ITEMS = 1_000;

/** A FIFO queue that removes items without moving the remaining ones each time. */
export class FifoQueue<T> {
  #all: (T | undefined)[] = [];
  #next = 0;

  get length(): number {
    return this.#all.length - this.#next;
  }

  get first(): T | undefined {
    return this.#all[this.#next];
  }

  push(item: T): void {
    this.#all.push(item);
  }

  shift(): T | undefined {
    const item = this.#all[this.#next];
    if (item === undefined) return undefined;
    // Releases the item, which may hold 64 KiB, before the array is compacted.
    this.#all[this.#next] = undefined;
    this.#next++;
    if (this.#next < COMPACT_AFTER_ITEMS && this.length > 0) return item;
    this.#all = this.#all.slice(this.#next);
    this.#next = 0;
    return item;
  }
}
