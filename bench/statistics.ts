/** Middle and quartiles of a sample. */
export interface Spread {
  readonly median: number;
  /** A quarter of the samples lies below. */
  readonly lower: number;
  /** A quarter of the samples lies above. */
  readonly upper: number;
}

/**
 * The value below which a share of the samples lies: 0.5 for the median, 0.95 for the 95th percentile. Between two samples it
 * is interpolated (Hyndman and Fan, 1996, definition 7).
 *
 * @throws Error when there is no sample
 */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error('There is no sample.');
  return below === above ? below : below + (above - below) * (place - Math.floor(place));
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

export function spreadOf(samples: readonly number[]): Spread {
  return { median: median(samples), lower: quantile(samples, 0.25), upper: quantile(samples, 0.75) };
}

/** Cut samples into so many runs of neighbors, which differ in length by one at most. */
export function portions<T>(samples: readonly T[], count: number): T[][] {
  return Array.from({ length: count }, (_, index) =>
    samples.slice(Math.floor((index * samples.length) / count), Math.floor(((index + 1) * samples.length) / count)),
  );
}

/** What was measured together with its baseline; see `Round` in figure.ts. */
interface Pair {
  readonly value: number;
  readonly baseline: number;
}

/** Of each portion of pairs, the same quantile of either side: rounds of a figure that is about the slow ones. */
export function tails(pairs: readonly Pair[], share: number, count: number): Pair[] {
  return portions(pairs, count).map((portion) => ({
    value: quantile(
      portion.map(({ value }) => value),
      share,
    ),
    baseline: quantile(
      portion.map(({ baseline }) => baseline),
      share,
    ),
  }));
}

/** Rounds of a figure whose pairs are too short to be looked at one by one. */
export function medians(pairs: readonly Pair[], count: number): Pair[] {
  return tails(pairs, 0.5, count);
}
