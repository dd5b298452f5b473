import { manyFiles } from './tree.ts';

/** What one import took. */
export interface ImportTimes {
  /** Chunked, hashed, stored as a draft and taken over to where it is served from, in milliseconds. */
  readonly totalMs: number;
  /** Until it was a draft. */
  readonly draftMs: number;
  /** Reading, hashing and writing the same bytes without anything else, in milliseconds. */
  readonly plain: number;
  /** Memory of the process before, in bytes. */
  readonly idle: number;
  /** Most memory above that. */
  readonly peakBytes: number;
  /** Longest time that the event loop was held, in milliseconds. */
  readonly maxLoopBlockMs: number;
  /** The same while the bytes were only read, hashed and written. */
  readonly baselineLoopBlockMs: number;
}

/** What is imported: sizes in bytes by path. */
export const TREES = {
  large: { 'large.bin': 256_000_000 },
  huge: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`d/${index}.bin`, 10_000_000])),
  small: manyFiles(1_000, 2_000),
  /** The tree that is timed through npm and Verdaccio elsewhere: 502 files, 21 MB. */
  mixed: { ...manyFiles(500, 2_000), 'one.bin': 10_000_000, 'two.bin': 10_000_000 },
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;
