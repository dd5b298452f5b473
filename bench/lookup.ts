import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublisherKey } from '../src/identity/publisher-key.ts';
import { openCatalog } from '../src/worker/catalog/catalog.ts';
import { createEngine } from '../src/worker/engine/engine.ts';
import { bytesToSign, encodePayload, openRecord, sealRecord } from '../src/worker/records/record.ts';
import { line, median } from './figure.ts';
import type { Figure } from './figure.ts';
import { generateRecord, seededRandom } from './search-corpus.ts';

const REPEATS = 2_000;

/** Asking for a package that was asked for before, where the engine lives. */
export async function measureLookup(): Promise<readonly Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ggen-bench-lookup-'));
  try {
    const id = await onePackage(dataDir);
    const engine = await createEngine({ dataDir, version: '0.0.0-bench' });
    const [first = Infinity, ...cached] = await measureRepeated(() => engine.getPackage({ id }));
    await engine.close();
    const baseline = { title: 'the first time, from the catalog', value: first };
    return [{ title: 'Cached getPackage (median)', unit: 'ms', value: median(cached), goal: 0.2, baseline }];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function onePackage(dataDir: string): Promise<string> {
  const key = createPublisherKey();
  const payload = encodePayload(generateRecord(seededRandom(5), key.id, 0));
  const opened = openRecord(sealRecord(payload, key.sign(bytesToSign(payload))));
  const catalog = await openCatalog(dataDir);
  catalog.packages.upsert(opened, { mine: false, now: Date.now() });
  catalog.close();
  return `${key.id}/${opened.record.name}`;
}

async function measureRepeated(work: () => Promise<unknown>): Promise<number[]> {
  const durations: number[] = [];
  for (let index = 0; index < REPEATS; index++) {
    const started = performance.now();
    await work();
    durations.push(performance.now() - started);
  }
  return durations;
}

if (import.meta.main) {
  for (const figure of await measureLookup()) console.log(line(figure));
}
