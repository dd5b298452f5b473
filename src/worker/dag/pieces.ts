/**
 * The bytes of one block in the pieces in which they came, in order. They are hashed and written as they are: to join them first
 * would cost as much memory once more for each block, and most of what collecting it costs.
 */
export type Pieces = readonly Uint8Array[];

/** How many bytes they are together. */
export function sizeOf(pieces: Pieces): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** All of it in one piece; not copied where it is one already. */
export function joined(pieces: Pieces): Uint8Array {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
}
