import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PublisherKey } from '../../../../src/identity/publisher-key.ts';
import type { PackageMetadata, Release } from '../../../../src/shared/model.ts';
import { bytesToSign, encodePayload, openRecord, sealRecord } from '../../../../src/worker/records/record.ts';
import type { OpenedRecord } from '../../../../src/worker/records/record.ts';

export const ROOT = 'bafybeienfmscns4uw7v2tey2565coysxnce7p6j4vrazoxfyzk2hwu7zke';

/** Fields of a record that a test sets; the others have defaults. */
export interface RecordSample {
  readonly seq?: number;
  readonly updated?: number;
  readonly metadata?: Partial<PackageMetadata>;
  readonly releases?: readonly Partial<Release>[];
}

/** A signed and verified record. */
export function signedRecord(key: PublisherKey, name: string, sample: RecordSample = {}): OpenedRecord {
  return openRecord(sealedRecord(key, name, sample));
}

/** A signed record in its envelope, not verified. */
export function sealedRecord(key: PublisherKey, name: string, sample: RecordSample = {}): Uint8Array {
  const { seq = 1, updated = 1_700_000_000_000 + seq, metadata = {}, releases = [{}] } = sample;
  const payload = encodePayload({
    publisher: key.id,
    name,
    seq,
    updated,
    metadata: { title: name, description: '', categories: [], tags: [], license: 'MIT', authors: [], ...metadata },
    releases: releases.map((release) => ({
      version: '1.0.0',
      root: ROOT,
      size: 1,
      files: 1,
      kind: 'gpack',
      dependencies: [],
      published: updated,
      yanked: false,
      ...release,
    })),
  });
  return sealRecord(payload, key.sign(bytesToSign(payload)));
}

/** Runs with a temporary folder. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-unit-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
