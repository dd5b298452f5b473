/** Number of rounds, from `GGEN_ROUNDS`. */
export const ROUNDS = Number(process.env['GGEN_ROUNDS'] ?? 200);

/** Random numbers in [0, 1), reproducible by their seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Whether a kind of work succeeded in enough rounds that its loss would be noticed. */
export function hasEnoughCompletions(done: number, rounds: number): boolean {
  return done > rounds / 4;
}
