import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FsBlockstore } from 'blockstore-fs';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import type { Blockstore } from 'interface-blockstore';
import { GgenError } from '../../shared/errors.ts';

/** Largest block that is taken: bitswap messages end at 4 MiB, and the import profile makes leaves of 1 MiB. */
export const MAX_BLOCK_BYTES = 2 * 1024 * 1024;

/** Blocks on disk, one file each. */
export type BlockFiles = FsBlockstore;

/** The blocks of everything published or installed here: what this node serves. */
export async function openBlocks(dataDir: string): Promise<BlockFiles> {
  const store = new FsBlockstore(join(dataDir, 'blocks'));
  await store.open();
  return store;
}

/** Folder of the drafts. Each has a store of its own, which bitswap never sees: a draft is shown to nobody. */
export function draftsFolder(dataDir: string): string {
  return join(dataDir, 'drafts');
}

/** Drafts do not outlive the engine that made them. */
export async function removeLeftOverDrafts(dataDir: string): Promise<void> {
  await rm(draftsFolder(dataDir), { recursive: true, force: true });
}

/** Whether the bytes are what the CID says. Blockstores do not check. */
export async function matches(cid: CID, bytes: Uint8Array): Promise<boolean> {
  if (cid.multihash.code !== sha256.code || bytes.byteLength > MAX_BLOCK_BYTES) return false;
  const { digest } = await sha256.digest(bytes);
  return Buffer.compare(digest, cid.multihash.digest) === 0;
}

/**
 * A block from the local store, verified; undefined when it isn't there. A damaged one is removed, so that it is
 * fetched again instead of failing for ever.
 */
export async function readVerified(store: Blockstore, cid: CID): Promise<Uint8Array | undefined> {
  if (!(await store.has(cid))) return undefined;
  const bytes = await collect(store.get(cid));
  if (await matches(cid, bytes)) return bytes;
  await store.delete(cid);
  return undefined;
}

/** The local store as a source of verified blocks for reading files. */
export function verifiedSource(store: Blockstore): Pick<Blockstore, 'get'> {
  return {
    async *get(cid) {
      const bytes = await readVerified(store, cid);
      if (bytes === undefined) {
        throw new GgenError('ContentCorrupt', `Block ${cid.toString()} is missing or damaged in the local store.`, {
          details: { cid: cid.toString() },
        });
      }
      yield bytes;
    },
  };
}

export async function collect(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}

/** @throws GgenError RecordInvalid when the text is no CID */
export function parseRoot(text: string): CID {
  try {
    return CID.parse(text);
  } catch (cause) {
    throw new GgenError('RecordInvalid', `'${text}' is not a content identifier.`, { details: { cid: text }, cause });
  }
}
