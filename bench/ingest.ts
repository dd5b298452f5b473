import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createPublisherKey } from '../src/identity/publisher-key.ts';
import { openCatalog } from '../src/worker/catalog/catalog.ts';
import { bytesToSign, encodePayload, sealRecord } from '../src/worker/records/record.ts';
import { Ingest } from '../src/worker/ingest/ingest.ts';
import { delayOfVerifying, verifyMany } from './baselines/verifications.ts';
import type { Figure, Round } from './figure.ts';
import { generateRecord, seededRandom } from './search-corpus.ts';

const ROUNDS = 5;
const RECORDS = 2_000;
const BATCH = 100;
const PUBLISHERS = 50;
const VERIFICATIONS = 1_000;
/** In some hundred turns of the loop, of which one in a hundred counts. */
const DELAY_VERIFICATIONS = 10_000;
const quiet = { error: nothing, warn: nothing, info: nothing, debug: nothing };

/**
 * Taking records in, as a peer that catches up gets them: verified, compared and stored by the batch, without holding up the
 * event loop. Ingest cannot be faster than the verification of the signatures.
 */
export async function measureIngest(): Promise<readonly Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ggen-bench-ingest-'));
  const catalog = await openCatalog(dataDir);
  const rounds = { fresh: [] as Round[], known: [] as Round[], delay: [] as Round[] };
  try {
    const ingest = new Ingest({ catalog, log: quiet, onChange: nothing });
    const envelopes = signedRecords(ROUNDS * RECORDS);
    for (let round = 0; round < ROUNDS; round++) {
      const portion = envelopes.slice(round * RECORDS, (round + 1) * RECORDS);
      const baseline = verifyMany(VERIFICATIONS);
      const fresh = await feed(ingest, portion);
      const known = await feed(ingest, portion);
      rounds.fresh.push({ value: fresh.perThousand, baseline });
      rounds.known.push({ value: known.perThousand, baseline });
      rounds.delay.push({ value: fresh.delayP99Ms, baseline: await delayOfVerifying(DELAY_VERIFICATIONS, BATCH) });
    }
  } finally {
    catalog.close();
    await rm(dataDir, { recursive: true, force: true });
  }
  return figures(rounds);
}

function figures({ fresh, known, delay }: Readonly<Record<'fresh' | 'known' | 'delay', Round[]>>): Figure[] {
  const verifications = { unit: 'ms', baseline: '1,000 Ed25519 verifications' } as const;
  return [
    { title: 'Taking in 1,000 new records', ...verifications, rounds: fresh, maxRatio: 8, aim: 500 },
    { title: 'Taking in 1,000 known records', ...verifications, rounds: known, maxRatio: 0.12, aim: 100 },
    {
      title: 'Event-loop delay meanwhile (p99)',
      unit: 'ms',
      rounds: delay,
      baseline: `${BATCH} verifications in each turn of the loop (p99)`,
      maxRatio: 1.4,
      aim: 50,
    },
  ];
}

/** Milliseconds for a thousand, and the event loop's delay in that time. */
async function feed(
  ingest: Ingest,
  envelopes: readonly Uint8Array[],
): Promise<{ readonly perThousand: number; readonly delayP99Ms: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  for (let start = 0; start < envelopes.length; start += BATCH) {
    await ingest.ingestMany(envelopes.slice(start, start + BATCH));
  }
  const time = performance.now() - began;
  delay.disable();
  return { perThousand: (time * 1_000) / envelopes.length, delayP99Ms: delay.percentile(99) / 1e6 };
}

function signedRecords(count: number): Uint8Array[] {
  const random = seededRandom(4);
  const keys = Array.from({ length: PUBLISHERS }, createPublisherKey);
  return Array.from({ length: count }, (_, index) => {
    const key = keys[index % keys.length] ?? createPublisherKey();
    const payload = encodePayload(generateRecord(random, key.id, index));
    return sealRecord(payload, key.sign(bytesToSign(payload)));
  });
}

function nothing(): void {
  // The bench looks at figures only.
}
