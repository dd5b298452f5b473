/** Random numbers from 0 to 1, the same in every run (Park-Miller). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
