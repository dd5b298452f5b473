import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CID } from 'multiformats/cid';
import type { Blockstore } from 'interface-blockstore';
import { GgenError } from '../../shared/errors.ts';
import { BlockStore } from './block-store.ts';
import { matchesMultihash } from './multihash.ts';

export { MAX_BLOCK_BYTES } from './multihash.ts';

/** Opens the store of all content that this node publishes, installs, keeps or reads. */
export async function openBlockStore(dataDir: string): Promise<BlockStore> {
  return BlockStore.open(join(dataDir, 'blocks'));
}

/** Folder of the drafts. Each draft has a store of its own, which is never seeded. */
export function draftsFolder(dataDir: string): string {
  return join(dataDir, 'drafts');
}

/** Removes the drafts of an engine that ended: a draft can be published only by the engine that packed it. */
export async function removeStaleDrafts(dataDir: string): Promise<void> {
  await rm(draftsFolder(dataDir), { recursive: true, force: true });
}

/** Whether the bytes match the hash of the CID. Blockstores do not verify it. */
export function matchesCid(cid: CID, bytes: Uint8Array): Promise<boolean> {
  return Promise.resolve(matchesMultihash(cid.multihash, bytes));
}

/**
 * Reads a block and verifies its hash; undefined when it is not stored. A damaged block is removed, so that it is
 * fetched again instead of failing every time.
 */
export async function readVerifiedBlock(store: Blockstore, cid: CID): Promise<Uint8Array | undefined> {
  if (store instanceof BlockStore) return store.read(cid);
  if (!(await store.has(cid))) return undefined;
  const bytes = await collectBytes(store.get(cid));
  if (await matchesCid(cid, bytes)) return bytes;
  await store.delete(cid);
  return undefined;
}

export async function collectBytes(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}

/** @throws GgenError RecordInvalid when the text is not a CID */
export function parseRootCid(text: string): CID {
  try {
    return CID.parse(text);
  } catch (cause) {
    throw new GgenError('RecordInvalid', `'${text}' is not a CID.`, { details: { cid: text }, cause });
  }
}
