import { createHash } from 'node:crypto';
import type { Catalog } from '../src/worker/catalog/catalog.ts';
import type { OpenedRecord, PackageRecord } from '../src/worker/records/record.ts';

const ROOT = 'bafybeienfmscns4uw7v2tey2565coysxnce7p6j4vrazoxfyzk2hwu7zke';
const SYLLABLES =
  'ar be con der el for gra hel in jo ka lo mar net or par qui re ser tem un ver web xi yam zo ch st pro lib tra ix'.split(
    ' ',
  );
const COMMON =
  'template parser server client rust typescript yaml json schema query graph shape code generate test cli http fast small typed stream build deploy data model error report table index cache token'.split(
    ' ',
  );
const CATEGORIES =
  'web-service database authentication middleware testing deployment monitoring documentation utility'.split(' ');
const LICENSES = ['MIT', 'Apache-2.0', 'MIT OR Apache-2.0', 'BSD-3-Clause', 'GPL-3.0-only', 'ISC'];

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(random: () => number, from: readonly T[]): T {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new Error('There is nothing to pick from');
  return found;
}

/** Common words, each the rarer the later it stands, and made-up ones. */
function word(random: () => number): string {
  if (random() < 0.7) return COMMON[Math.floor(COMMON.length * random() ** 2)] ?? 'template';
  return Array.from({ length: 2 + Math.floor(random() * 2) }, () => pick(random, SYLLABLES)).join('');
}

function phrase(random: () => number, length: number): string {
  return Array.from({ length }, () => word(random)).join(' ');
}

/** A record as packages in the wild have them: a name of two or three words, some tags, a sentence or two. */
export function generateRecord(random: () => number, publisher: string, index: number): PackageRecord {
  const updated = 1_600_000_000_000 + Math.floor(random() * 100_000_000_000);
  const count = 1 + Math.floor(random() * 4);
  const major = Math.floor(random() * 2);
  return {
    publisher,
    name: `${word(random)}-${word(random)}-${index.toString(36)}`,
    seq: count,
    updated,
    metadata: {
      title: phrase(random, 3),
      description: phrase(random, 10 + Math.floor(random() * 25)),
      categories: [pick(random, CATEGORIES)],
      tags: [...new Set([word(random), word(random), word(random)])],
      license: pick(random, LICENSES),
      authors: ['Ada'],
    },
    releases: Array.from({ length: count }, (_, minor) => ({
      version: `${major}.${minor}.0`,
      root: ROOT,
      size: 1_000,
      files: 3,
      kind: 'gpack' as const,
      dependencies: [],
      published: updated,
      yanked: false,
    })),
  };
}

/** Put so many packages of 1,000 publishers into a catalog, as if their signatures had been checked. */
export function fillCatalog(catalog: Catalog, count: number, seed = 1): void {
  const random = seededRandom(seed);
  const publishers = Array.from({ length: Math.max(1, Math.ceil(count / 100)) }, (_, i) => `publisher-${i}`);
  for (let start = 0; start < count; start += 1_000) {
    catalog.db.transaction(() => {
      for (let index = start; index < Math.min(start + 1_000, count); index++) {
        const record = generateRecord(random, pick(random, publishers), index);
        const digest = createHash('sha256').update(`${seed}/${index}`).digest('hex');
        const opened: OpenedRecord = { record, envelope: new Uint8Array(700), digest };
        catalog.packages.upsert(opened, { mine: false, now: record.updated });
      }
    });
  }
}
