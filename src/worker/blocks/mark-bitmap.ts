/**
 * One bit for each block that was there when a collection began: whether it stays. What came later is not the
 * collection's business and always stays.
 */
export class MarkBitmap {
  readonly #lastId: number;
  readonly #bits: Uint8Array;

  /** @param lastId the highest id that there is now */
  constructor(lastId: number) {
    this.#lastId = lastId;
    this.#bits = new Uint8Array((lastId >> 3) + 1);
  }

  add(id: number): void {
    if (id <= this.#lastId) this.#bits[id >> 3] = (this.#bits[id >> 3] ?? 0) | (1 << (id & 7));
  }

  /** Whether it stays. */
  isLive(id: number): boolean {
    return id > this.#lastId || this.isMarked(id);
  }

  /** Whether it was there and was added. */
  isMarked(id: number): boolean {
    return ((this.#bits[id >> 3] ?? 0) & (1 << (id & 7))) !== 0;
  }
}
