import { sign, verify, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createPublisherKey } from '../src/identity/publisher-key.ts';
import { openCatalogue } from '../src/worker/catalogue/catalogue.ts';
import { bytesToSign, encodePayload, sealRecord } from '../src/worker/records/record.ts';
import { Ingest } from '../src/worker/registry/ingest.ts';
import { inventRecord, seeded } from './search-corpus.ts';

export interface IngestFigures {
  readonly records: number;
  /** Ed25519 verifications a second of this machine, in the same run: nobody can take records in faster. */
  readonly verifications: number;
  readonly newPerSecond: number;
  /** The same by processor time: what is left of it on a machine that others use too. */
  readonly newPerProcessorSecond: number;
  readonly duplicatesPerSecond: number;
  /** Event-loop delay while new records came in, 99th percentile, in milliseconds. */
  readonly delayP99: number;
}

const BATCH = 100;
const PUBLISHERS = 50;
const quiet = { error: nothing, warn: nothing, info: nothing, debug: nothing };

/** Records of a flood, as a peer that catches up gets them: verified, compared and stored by the batch. */
export async function benchIngest(count = 10_000): Promise<IngestFigures> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ggen-bench-ingest-'));
  const catalogue = await openCatalogue(dataDir);
  try {
    const envelopes = signedRecords(count);
    const ingest = new Ingest({ catalogue, log: quiet, onChange: nothing });
    const verifications = rawVerifications();
    const fresh = await timed(() => feed(ingest, envelopes));
    const duplicates = await timed(() => feed(ingest, envelopes));
    return {
      records: count,
      verifications,
      newPerSecond: count / fresh.seconds,
      newPerProcessorSecond: count / fresh.processorSeconds,
      duplicatesPerSecond: count / duplicates.seconds,
      delayP99: fresh.delayP99,
    };
  } finally {
    catalogue.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function feed(ingest: Ingest, envelopes: readonly Uint8Array[]): Promise<void> {
  for (let start = 0; start < envelopes.length; start += BATCH) {
    await ingest.takeMany(envelopes.slice(start, start + BATCH));
  }
}

function signedRecords(count: number): Uint8Array[] {
  const random = seeded(4);
  const keys = Array.from({ length: PUBLISHERS }, createPublisherKey);
  return Array.from({ length: count }, (_, index) => {
    const key = keys[index % keys.length] ?? createPublisherKey();
    const payload = encodePayload(inventRecord(random, key.id, index));
    return sealRecord(payload, key.sign(bytesToSign(payload)));
  });
}

function rawVerifications(repeats = 2_000): number {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(privateKey);
  const message = Buffer.alloc(600, 1);
  const signature = sign(null, message, privateKey);
  const started = performance.now();
  for (let index = 0; index < repeats; index++) verify(null, message, publicKey, signature);
  return (repeats * 1_000) / (performance.now() - started);
}

async function timed(
  work: () => Promise<void>,
): Promise<{ seconds: number; processorSeconds: number; delayP99: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const before = process.cpuUsage();
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(before);
  delay.disable();
  return { seconds, processorSeconds: (user + system) / 1e6, delayP99: delay.percentile(99) / 1e6 };
}

function nothing(): void {
  // The bench looks at figures only.
}

if (import.meta.main) {
  const figures = await benchIngest();
  const { verifications, newPerSecond, newPerProcessorSecond, duplicatesPerSecond, delayP99 } = figures;
  console.log(`Ed25519 verifications  ${verifications.toFixed(0)}/s`);
  console.log(
    `new records            ${newPerSecond.toFixed(0)}/s, ratio ${(newPerSecond / verifications).toFixed(2)}`,
  );
  console.log(`  by processor time    ${newPerProcessorSecond.toFixed(0)}/s`);
  console.log(`duplicates             ${duplicatesPerSecond.toFixed(0)}/s`);
  console.log(`event-loop delay p99   ${delayP99.toFixed(1)} ms`);
}
