import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublisherKey } from '../src/identity/publisher-key.ts';
import { openCatalog } from '../src/worker/catalog/catalog.ts';
import { createEngine } from '../src/worker/engine/engine.ts';
import { bytesToSign, encodePayload, openRecord, sealRecord } from '../src/worker/records/record.ts';
import type { Figure, Round } from './figure.ts';
import { generateRecord, seededRandom } from './search-corpus.ts';
import { medians } from './statistics.ts';

const PACKAGES = 500;
/** The first ones have their code compiled while they are asked for. */
const WARM_UP = 100;
const PORTIONS = 5;

/** Asking for a package that was asked for before, where the engine lives. */
export async function measureLookup(): Promise<readonly Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ggen-bench-lookup-'));
  try {
    const ids = await somePackages(dataDir);
    const engine = await createEngine({ dataDir, version: '0.0.0-bench' });
    const rounds: Round[] = [];
    for (const id of ids) {
      const baseline = await timed(() => engine.getPackage({ id }));
      rounds.push({ value: await timed(() => engine.getPackage({ id })), baseline });
    }
    await engine.close();
    return [
      {
        title: 'Cached getPackage (median)',
        unit: 'ms',
        rounds: medians(rounds.slice(WARM_UP), PORTIONS),
        baseline: 'the first time, out of the catalog',
        ownBaseline: true,
        maxRatio: 0.6,
        aim: 0.2,
      },
    ];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function somePackages(dataDir: string): Promise<string[]> {
  const key = createPublisherKey();
  const random = seededRandom(5);
  const catalog = await openCatalog(dataDir);
  const ids = Array.from({ length: PACKAGES }, (_, index) => {
    const payload = encodePayload(generateRecord(random, key.id, index));
    const opened = openRecord(sealRecord(payload, key.sign(bytesToSign(payload))));
    catalog.packages.upsert(opened, { mine: false, now: Date.now() });
    return `${key.id}/${opened.record.name}`;
  });
  catalog.close();
  return ids;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
