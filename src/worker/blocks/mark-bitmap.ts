/** One bit for each block that was stored when a collection began. Blocks that are added later are always kept. */
export class MarkBitmap {
  readonly #lastId: number;
  readonly #bits: Uint8Array;

  /** @param lastId the highest id in the index */
  constructor(lastId: number) {
    this.#lastId = lastId;
    this.#bits = new Uint8Array((lastId >> 3) + 1);
  }

  add(id: number): void {
    if (id <= this.#lastId) this.#bits[id >> 3] = (this.#bits[id >> 3] ?? 0) | (1 << (id & 7));
  }

  /** Whether the collection keeps the block. */
  isLive(id: number): boolean {
    return id > this.#lastId || this.isMarked(id);
  }

  /** Whether the block was added to this bitmap. */
  isMarked(id: number): boolean {
    return ((this.#bits[id >> 3] ?? 0) & (1 << (id & 7))) !== 0;
  }
}
