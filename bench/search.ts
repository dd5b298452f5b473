import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCatalog } from '../src/worker/catalog/catalog.ts';
import type { Catalog } from '../src/worker/catalog/catalog.ts';
import type { LocalQuery } from '../src/worker/catalog/search/filters.ts';
import type { Figure } from './figure.ts';
import { fillCatalog, seededRandom } from './search-corpus.ts';

/** Middle and worst of a series of durations, in milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export interface SearchFigures {
  readonly packages: number;
  readonly openMs: number;
  readonly megabytes: number;
  /** What a plain full-text query ordered by bm25 takes for the same prefixes, in the same run. */
  readonly baseline: Percentiles;
  readonly byKind: Readonly<Record<string, Percentiles>>;
}

/** Queries of each kind, as someone types or filters. */
const KINDS: Readonly<Record<string, (word: string, random: () => number) => LocalQuery>> = {
  'prefix of 1': (word) => ({ text: word.slice(0, 1) }),
  'prefix of 2': (word) => ({ text: word.slice(0, 2) }),
  'prefix of 3': (word) => ({ text: word.slice(0, 3) }),
  'prefix of 5': (word) => ({ text: word.slice(0, 5) }),
  'whole word': (word) => ({ text: word }),
  'two words': (word) => ({ text: `${word} par` }),
  'typing error': (word) => ({ text: `${word.slice(0, 2)}${word.slice(3)}x` }),
  'with filters': (word, random) => ({
    text: word.slice(0, 3),
    categories: [random() < 0.5 ? 'testing' : 'database'],
    licenses: ['MIT'],
    version: '^1',
  }),
  'third page': (word) => ({ text: word.slice(0, 3), offset: 40 }),
  'by date': (word) => ({ text: word.slice(0, 3), sort: 'updated' }),
  'empty text': () => ({ text: '' }),
};

/** Local search over a large catalog, in this process as it is in the worker. */
export async function benchSearch(count = 100_000, repeats = 300): Promise<SearchFigures> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ggen-bench-search-'));
  try {
    const filling = await openCatalog(dataDir);
    fillCatalog(filling, count);
    filling.close();
    const started = performance.now();
    const catalog = await openCatalog(dataDir);
    const openMs = performance.now() - started;
    const { size } = await stat(join(dataDir, 'catalog.sqlite'));
    const figures = measureKinds(catalog, repeats);
    catalog.close();
    return { packages: count, openMs, megabytes: size / 1e6, ...figures };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function measureKinds(catalog: Catalog, repeats: number): Pick<SearchFigures, 'baseline' | 'byKind'> {
  const typed = typedWords(catalog, repeats);
  const random = seededRandom(2);
  const byKind = Object.fromEntries(
    Object.entries(KINDS).map(([kind, query]) => {
      const queries = typed.map((word) => query(word, random));
      return [kind, measure(queries.map((one) => () => catalog.packages.searchWithFacets(one)))];
    }),
  );
  const plain = `SELECT p.record FROM packages_text JOIN packages p ON p.id = packages_text.rowid
    WHERE packages_text MATCH ? ORDER BY bm25(packages_text) LIMIT 20`;
  const baseline = measure(typed.map((word) => () => catalog.db.all(plain, `"${word.slice(0, 3)}"*`)));
  return { baseline, byKind };
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

function measure(operations: readonly (() => unknown)[]): Percentiles {
  for (const work of operations.slice(0, 10)) work();
  const durations = operations
    .map((work) => {
      const started = performance.now();
      work();
      return performance.now() - started;
    })
    .sort((a, b) => a - b);
  const at = (share: number): number =>
    durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Search as one types, and opening, with 100,000 packages. */
export async function measureSearch(): Promise<readonly Figure[]> {
  const { openMs, baseline, byKind } = await benchSearch();
  const plain = { title: 'a plain bm25 query', value: baseline.p50 };
  const typed = byKind['prefix of 3'] ?? { p50: Infinity, p99: Infinity };
  return [
    { title: 'Local search over 100,000, 3 letters (p50)', unit: 'ms', value: typed.p50, goal: 5, baseline: plain },
    { title: 'Local search over 100,000, 3 letters (p99)', unit: 'ms', value: typed.p99, goal: 16, baseline: plain },
    { title: 'Opening a catalog of 100,000', unit: 'ms', value: openMs, goal: 300, baseline: plain },
  ];
}

if (import.meta.main) {
  const { packages, openMs, megabytes, baseline, byKind } = await benchSearch();
  console.log(`${packages} packages, ${megabytes.toFixed(0)} MB, opened in ${openMs.toFixed(0)} ms`);
  for (const [kind, { p50, p99 }] of Object.entries({ 'plain bm25, prefix of 3': baseline, ...byKind })) {
    const ratio = (p50 / baseline.p50).toFixed(3);
    console.log(`${kind.padEnd(24)} p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms  p50 ${ratio} × plain`);
  }
}
