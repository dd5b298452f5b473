import { hash, randomBytes } from 'node:crypto';
import { MemoryBlockstore } from 'blockstore-core';
import { importer } from 'ipfs-unixfs-importer';
import type { CID } from 'multiformats/cid';

/** A tree of files and the store that holds all of it. */
export interface TestTree {
  readonly root: CID;
  readonly size: number;
  readonly store: MemoryBlockstore;
  /** CIDs of the files, in the order in which they were given. */
  readonly files: readonly CID[];
}

/** @param sizes bytes of each file, which is random */
export async function randomTree(sizes: readonly number[]): Promise<TestTree> {
  const store = new MemoryBlockstore();
  const source = sizes.map((size, index) => ({
    path: `d${index % 3}/f${index}`,
    content: new Uint8Array(randomBytes(size)),
  }));
  const files = new Map<string, CID>();
  let root: CID | undefined;
  for await (const { path = '', cid } of importer(source, store, {
    profile: 'unixfs-v1-2025',
    wrapWithDirectory: true,
  })) {
    files.set(path, cid);
    root = cid;
  }
  if (root === undefined) throw new Error('Nothing was imported');
  return {
    root,
    size: sizes.reduce((sum, size) => sum + size, 0),
    store,
    files: source.map(({ path }) => files.get(path)).filter((cid) => cid !== undefined),
  };
}

export async function blockOf(store: MemoryBlockstore, cid: CID): Promise<Uint8Array> {
  for await (const bytes of store.get(cid)) return bytes;
  throw new Error('The block is not there');
}

/** Length and hash of every block, by its CID. */
export async function allBlocks(store: MemoryBlockstore): Promise<Map<string, { length: number; hash: string }>> {
  const all = new Map<string, { length: number; hash: string }>();
  for await (const { cid, bytes } of store.getAll()) {
    for await (const one of bytes) all.set(cid.toString(), { length: one.length, hash: hash('sha256', one) });
  }
  return all;
}
