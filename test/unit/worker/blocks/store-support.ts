import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { create } from 'multiformats/hashes/digest';

export interface Block {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

export const SMALL_BLOCK_BYTES = 2_000;
export const LARGE_BLOCK_BYTES = 600_000;

/** A block of random bytes. */
export function block(size: number): Block {
  return blockOf(randomBytes(size));
}

export function blockOf(bytes: Uint8Array): Block {
  const digest = createHash('sha256').update(bytes).digest();
  return { cid: CID.createV1(raw.code, create(0x12, new Uint8Array(digest))), bytes };
}

export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-store-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Paths of all block files in the folder of a store. */
export async function blockFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.data'))
    .map((entry) => join(entry.parentPath, entry.name));
}
