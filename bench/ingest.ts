import { sign, verify, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createPublisherKey } from '../src/identity/publisher-key.ts';
import { openCatalog } from '../src/worker/catalog/catalog.ts';
import { bytesToSign, encodePayload, sealRecord } from '../src/worker/records/record.ts';
import { Ingest } from '../src/worker/ingest/ingest.ts';
import { line } from './figure.ts';
import type { Figure } from './figure.ts';
import { generateRecord, seededRandom } from './search-corpus.ts';

export interface IngestFigures {
  readonly records: number;
  /** Ed25519 verifications a second of this machine, in the same run: nobody can take records in faster. */
  readonly verifications: number;
  readonly newPerSecond: number;
  readonly duplicatesPerSecond: number;
  /** Event-loop delay while new records came in, 99th percentile, in milliseconds. */
  readonly delayP99Ms: number;
}

const BATCH = 100;
const PUBLISHERS = 50;
const quiet = { error: nothing, warn: nothing, info: nothing, debug: nothing };

/** Records of a flood, as a peer that catches up gets them: verified, compared and stored by the batch. */
export async function benchIngest(count = 10_000): Promise<IngestFigures> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ggen-bench-ingest-'));
  const catalog = await openCatalog(dataDir);
  try {
    const envelopes = signedRecords(count);
    const ingest = new Ingest({ catalog, log: quiet, onChange: nothing });
    const verifications = rawVerifications();
    const fresh = await timed(() => feed(ingest, envelopes));
    const duplicates = await timed(() => feed(ingest, envelopes));
    return {
      records: count,
      verifications,
      newPerSecond: count / fresh.seconds,
      duplicatesPerSecond: count / duplicates.seconds,
      delayP99Ms: fresh.delayP99Ms,
    };
  } finally {
    catalog.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function feed(ingest: Ingest, envelopes: readonly Uint8Array[]): Promise<void> {
  for (let start = 0; start < envelopes.length; start += BATCH) {
    await ingest.ingestMany(envelopes.slice(start, start + BATCH));
  }
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

/** Ed25519 verifications a second of this machine. */
export function rawVerifications(repeats = 2_000): number {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(privateKey);
  const message = Buffer.alloc(600, 1);
  const signature = sign(null, message, privateKey);
  const started = performance.now();
  for (let index = 0; index < repeats; index++) verify(null, message, publicKey, signature);
  return (repeats * 1_000) / (performance.now() - started);
}

async function timed(work: () => Promise<void>): Promise<{ seconds: number; delayP99Ms: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1_000;
  delay.disable();
  return { seconds, delayP99Ms: delay.percentile(99) / 1e6 };
}

function nothing(): void {
  // The bench looks at figures only.
}

/** Taking records in: 2,000 new ones and 10,000 known ones a second, without holding up the event loop. */
export async function measureIngest(): Promise<readonly Figure[]> {
  const { verifications, newPerSecond, duplicatesPerSecond, delayP99Ms } = await benchIngest();
  const baseline = { title: '1,000 Ed25519 verifications', value: 1e6 / verifications };
  return [
    { title: 'Taking in 1,000 new records', unit: 'ms', value: 1e6 / newPerSecond, goal: 500, baseline },
    { title: 'Taking in 1,000 known records', unit: 'ms', value: 1e6 / duplicatesPerSecond, goal: 100, baseline },
    { title: 'Event-loop delay meanwhile (p99)', unit: 'ms', value: delayP99Ms, goal: 50, baseline },
  ];
}

if (import.meta.main) {
  for (const figure of await measureIngest()) console.log(line(figure));
}
