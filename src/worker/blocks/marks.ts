/**
 * One bit for each block that was there when a collection began: whether it stays. What came later is not the
 * collection's business and always stays.
 */
export class Marks {
  readonly #limit: number;
  readonly #bits: Uint8Array;

  /** @param lastId the highest id that there is now */
  constructor(lastId: number) {
    this.#limit = lastId;
    this.#bits = new Uint8Array((lastId >> 3) + 1);
  }

  add(id: number): void {
    if (id <= this.#limit) this.#bits[id >> 3] = (this.#bits[id >> 3] ?? 0) | (1 << (id & 7));
  }

  /** Whether it stays. */
  has(id: number): boolean {
    return id > this.#limit || this.marked(id);
  }

  /** Whether it was there and was added. */
  marked(id: number): boolean {
    return ((this.#bits[id >> 3] ?? 0) & (1 << (id & 7))) !== 0;
  }
}
