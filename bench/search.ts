import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openCatalog } from '../src/worker/catalog/catalog.ts';
import type { Catalog } from '../src/worker/catalog/catalog.ts';
import type { LocalQuery } from '../src/worker/catalog/search/filters.ts';
import type { Figure, Round } from './figure.ts';
import { fillCatalog, seededRandom } from './search-corpus.ts';
import { median, quantile } from './statistics.ts';

const PACKAGES = 100_000;
const ROUNDS = 5;
const OPENINGS = 15;
/** Words that are searched for in a round; the plain query, which takes many times as long, gets some of them. */
const WORDS = 40;
const PLAIN_WORDS = 8;
const WARM_UP = 10;

interface Kind {
  readonly title: string;
  readonly query: (word: string, random: () => number) => LocalQuery;
  /** Of the median's ratio to that of the plain query. */
  readonly maxRatio: number;
  readonly aim?: number;
}

const THREE_LETTERS = '3 letters';

/** Queries of each kind, as someone types or filters. */
const KINDS: readonly Kind[] = [
  { title: '1 letter', query: (word) => ({ text: word.slice(0, 1) }), maxRatio: 0.02 },
  { title: THREE_LETTERS, query: (word) => ({ text: word.slice(0, 3) }), maxRatio: 0.05, aim: 5 },
  { title: 'whole word', query: (word) => ({ text: word }), maxRatio: 0.1 },
  { title: 'two words', query: (word) => ({ text: `${word} par` }), maxRatio: 0.08 },
  { title: 'typing error', query: (word) => ({ text: `${word.slice(0, 2)}${word.slice(3)}x` }), maxRatio: 0.003 },
  {
    title: 'with filters',
    query: (word, random) => ({
      text: word.slice(0, 3),
      categories: [random() < 0.5 ? 'testing' : 'database'],
      licenses: ['MIT'],
      version: '^1',
    }),
    maxRatio: 0.33,
  },
  { title: 'third page', query: (word) => ({ text: word.slice(0, 3), offset: 40 }), maxRatio: 0.04 },
  { title: 'by date', query: (word) => ({ text: word.slice(0, 3), sort: 'updated' }), maxRatio: 0.1 },
  { title: 'empty text', query: () => ({ text: '' }), maxRatio: 0.025 },
];

/** Local search over a large catalog, in this process as it is in the worker; and opening it. */
export async function measureSearch(): Promise<readonly Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ggen-bench-search-'));
  try {
    const filling = await openCatalog(dataDir);
    fillCatalog(filling, PACKAGES);
    filling.close();
    const opening = await measureOpening(dataDir);
    const catalog = await openCatalog(dataDir);
    const searching = measureKinds(catalog);
    catalog.close();
    return [...searching, opening];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measureOpening(dataDir: string): Promise<Figure> {
  const rounds: Round[] = [];
  for (let round = 0; round < OPENINGS; round++) {
    const began = performance.now();
    const catalog = await openCatalog(dataDir);
    const value = performance.now() - began;
    catalog.close();
    rounds.push({
      value,
      baseline: timed(() => {
        openPlainly(join(dataDir, 'catalog.sqlite'));
      }),
    });
  }
  return {
    title: 'Opening a catalog of 100,000',
    unit: 'ms',
    rounds,
    baseline: 'SQLite alone opening the file',
    maxRatio: 3.5,
    aim: 300,
  };
}

function openPlainly(path: string): void {
  const database = new DatabaseSync(path);
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
  database.close();
}

function measureKinds(catalog: Catalog): Figure[] {
  const typed = typedWords(catalog, WARM_UP + ROUNDS * WORDS);
  const random = seededRandom(2);
  const search = ({ query }: Kind, word: string): number => {
    const asked = query(word, random);
    return timed(() => catalog.packages.searchWithFacets(asked));
  };
  for (const word of typed.slice(0, WARM_UP)) for (const kind of KINDS) search(kind, word);
  const rounds = new Map(KINDS.map(({ title }) => [title, [] as Round[]]));
  const slow: Round[] = [];
  for (let start = WARM_UP; start < typed.length; start += WORDS) {
    const words = typed.slice(start, start + WORDS);
    const baseline = median(words.slice(0, PLAIN_WORDS).map((word) => plainSearch(catalog, word)));
    for (const kind of KINDS) {
      const times = words.map((word) => search(kind, word));
      rounds.get(kind.title)?.push({ value: median(times), baseline });
      if (kind.title === THREE_LETTERS) slow.push({ value: quantile(times, 0.99), baseline });
    }
  }
  const title = `Local search over 100,000, ${THREE_LETTERS} (p99)`;
  return [
    ...KINDS.map((kind) => figure(kind, rounds.get(kind.title) ?? [])),
    { title, unit: 'ms', rounds: slow, baseline: 'a plain bm25 query', maxRatio: 0.2, aim: 16 },
  ];
}

function figure({ title, maxRatio, aim }: Kind, rounds: readonly Round[]): Figure {
  return {
    title: `Local search over 100,000, ${title} (p50)`,
    unit: 'ms',
    rounds,
    baseline: 'a plain bm25 query',
    maxRatio,
    ...(aim === undefined ? {} : { aim }),
  };
}

/** A full-text query of the word's first letters, all matches ordered by bm25, in milliseconds. */
function plainSearch(catalog: Catalog, word: string): number {
  const plain = `SELECT p.record FROM packages_text JOIN packages p ON p.id = packages_text.rowid
    WHERE packages_text MATCH ? ORDER BY bm25(packages_text) LIMIT 20`;
  return timed(() => catalog.db.all(plain, `"${word.slice(0, 3)}"*`));
}

/** Words of packages that are there, each as likely as it is frequent. */
function typedWords(catalog: Catalog, count: number): string[] {
  const random = seededRandom(3);
  const { packages } = catalog.packages.list('network', 0, 1_000);
  return Array.from({ length: count }, () => {
    const words = packages[Math.floor(random() * packages.length)]?.description.split(' ') ?? [];
    return words[Math.floor(random() * words.length)] ?? 'template';
  });
}

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}
