import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FsBlockstore } from 'blockstore-fs';
import { collectBytes } from '../../../../src/worker/blocks/block-storage.ts';
import { BlockStore } from '../../../../src/worker/blocks/block-store.ts';
import { STORE_MIGRATIONS } from '../../../../src/worker/blocks/schema.ts';
import { LARGE_BLOCK_BYTES, SMALL_BLOCK_BYTES, block, blockFiles, withFolder } from './store-support.ts';
import type { Block } from './store-support.ts';

const never = new AbortController().signal;

async function withStore(work: (store: BlockStore, folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const store = await BlockStore.open(folder);
    try {
      await work(store, folder);
    } finally {
      await store.close();
    }
  });
}

async function assertStored(store: BlockStore, blocks: readonly Block[]): Promise<void> {
  for (const { cid, bytes } of blocks) {
    assert.ok(await store.has(cid));
    assert.deepEqual(Buffer.from(await collectBytes(store.get(cid))), Buffer.from(bytes));
    assert.deepEqual(Buffer.from((await store.read(cid)) ?? []), Buffer.from(bytes));
  }
}

describe('the block store', () => {
  it('keeps small and large blocks, each counted once, across a restart', async () => {
    await withFolder(async (folder) => {
      const blocks = [
        block(0),
        block(SMALL_BLOCK_BYTES),
        block(LARGE_BLOCK_BYTES),
        block(128 * 1024),
        block(128 * 1024 + 1),
      ];
      let store = await BlockStore.open(folder);
      for (let round = 0; round < 2; round++) for (const { cid, bytes } of blocks) await store.put(cid, bytes);
      const bytes = blocks.reduce((sum, one) => sum + one.bytes.length, 0);
      assert.deepEqual(store.size, { blocks: 5, bytes });
      await store.close();
      store = await BlockStore.open(folder);
      await assertStored(store, blocks);
      assert.deepEqual(store.size, { blocks: 5, bytes });
      await store.close();
      // Each block is stored either in the index or as a file.
      assert.equal((await blockFiles(folder)).length, 2);
    });
  });

  it('reports a missing block as other blockstores do', async () => {
    await withStore(async (store) => {
      const { cid } = block(SMALL_BLOCK_BYTES);
      assert.equal(await store.has(cid), false);
      assert.equal(await store.read(cid), undefined);
      await assert.rejects(collectBytes(store.get(cid)), { name: 'NotFoundError' });
      await store.delete(cid);
    });
  });

  it('handles concurrent writes of one block, and of many blocks', async () => {
    await withStore(async (store) => {
      const same = [block(SMALL_BLOCK_BYTES), block(LARGE_BLOCK_BYTES)];
      await Promise.all(
        Array.from({ length: 40 }, (_, index) => same[index % 2]!).map(({ cid, bytes }) => store.put(cid, bytes)),
      );
      const many = Array.from({ length: 300 }, () => block(SMALL_BLOCK_BYTES));
      await Promise.all(many.map(({ cid, bytes }) => store.put(cid, bytes)));
      await assertStored(store, [...same, ...many]);
      assert.equal(store.size.blocks, 302);
    });
  });

  it('frees the space of deleted blocks', async () => {
    await withStore(async (store, folder) => {
      const blocks = [block(SMALL_BLOCK_BYTES), block(LARGE_BLOCK_BYTES)];
      for (const { cid, bytes } of blocks) await store.put(cid, bytes);
      await Promise.all([...blocks, ...blocks].map(({ cid }) => store.delete(cid)));
      assert.deepEqual(store.size, { blocks: 0, bytes: 0 });
      assert.deepEqual(await blockFiles(folder), []);
      for (const { cid, bytes } of blocks) await store.put(cid, bytes);
      await assertStored(store, blocks);
    });
  });

  it('serializes deletes and writes of one block', async () => {
    await withStore(async (store) => {
      const one = block(LARGE_BLOCK_BYTES);
      for (let round = 0; round < 20; round++) {
        await Promise.all([store.put(one.cid, one.bytes), store.delete(one.cid), store.put(one.cid, one.bytes)]);
        await assertStored(store, [one]);
      }
    });
  });

  it('lists everything', async () => {
    await withStore(async (store) => {
      const blocks = Array.from({ length: 150 }, (_, index) =>
        block(index % 50 === 0 ? LARGE_BLOCK_BYTES : SMALL_BLOCK_BYTES),
      );
      await Promise.all(blocks.map(({ cid, bytes }) => store.put(cid, bytes)));
      const listed = new Set<string>();
      for await (const { cid } of store.getAll()) listed.add(cid.toString());
      assert.deepEqual(listed, new Set(blocks.map(({ cid }) => cid.toString())));
    });
  });
});

describe('publishing the blocks of a draft', () => {
  it('moves them to the block store without copying the large ones', async () => {
    await withFolder(async (folder) => {
      const store = await BlockStore.open(join(folder, 'blocks'));
      const draft = await BlockStore.open(join(folder, 'draft'), { transient: true });
      const blocks = [block(SMALL_BLOCK_BYTES), block(LARGE_BLOCK_BYTES), block(LARGE_BLOCK_BYTES)];
      await store.put(blocks[0]!.cid, blocks[0]!.bytes);
      for (const { cid, bytes } of blocks) await draft.put(cid, bytes);
      for (let round = 0; round < 2; round++) await store.copyAllFrom(draft);
      await assertStored(store, blocks);
      await assertStored(draft, blocks);
      assert.equal(store.size.blocks, 3);
      const [file] = await blockFiles(join(folder, 'blocks'));
      assert.equal((await stat(file!)).nlink, 2);
      assert.deepEqual(await readdir(join(folder, 'blocks', 'tmp')), []);
      await draft.close();
      await store.close();
    });
  });
});

describe('damage to the block store', () => {
  it('is detected in files and in the index, and the block is missing until it is stored again', async () => {
    await withStore(async (store, folder) => {
      const [flipped, cut, gone, small] = [
        block(LARGE_BLOCK_BYTES),
        block(LARGE_BLOCK_BYTES),
        block(LARGE_BLOCK_BYTES),
        block(SMALL_BLOCK_BYTES),
      ];
      for (const { cid, bytes } of [flipped, cut, gone]) await store.put(cid, bytes);
      const files = await blockFiles(folder);
      const pathOf = async ({ bytes }: Block): Promise<string> => {
        for (const path of files) if (Buffer.compare(await readFile(path), bytes) === 0) return path;
        throw new Error('No such file');
      };
      const [first, second, third] = [await pathOf(flipped), await pathOf(cut), await pathOf(gone)];
      const bytes = await readFile(first);
      bytes[1_000]! ^= 1;
      await writeFile(first, bytes);
      await truncate(second, 1_000);
      await truncate(third, 0);
      await store.put(small.cid, small.bytes);
      for (const { cid } of [flipped, cut, gone]) {
        assert.equal(await store.read(cid), undefined);
        assert.equal(await store.has(cid), false);
        assert.ok(store.index.isDamaged(cid.multihash.bytes));
      }
      await store.put(flipped.cid, flipped.bytes);
      await assertStored(store, [flipped, small]);
      assert.equal(store.index.damagedCount, 2);
    });
  });

  it('sets a damaged index aside, and recovers the large blocks', async () => {
    await withFolder(async (folder) => {
      let store = await BlockStore.open(folder);
      const [small, large] = [block(SMALL_BLOCK_BYTES), block(LARGE_BLOCK_BYTES)];
      await store.put(small.cid, small.bytes);
      await store.put(large.cid, large.bytes);
      await store.close();
      await writeFile(join(folder, 'index.sqlite'), 'this is no database, although its name says so'.repeat(400));
      store = await BlockStore.open(folder);
      assert.equal(await store.has(small.cid), false);
      await assertStored(store, [large]);
      await store.indexFiles(never);
      assert.equal(store.size.blocks, 1);
      await store.close();
      assert.ok((await readdir(folder)).some((name) => name.startsWith('index.damaged-')));
    });
  });
});

describe('blocks written by a killed process', () => {
  it('are never stored partially', async () => {
    await withFolder(async (folder) => {
      await mkdir(join(folder, 'tmp'), { recursive: true });
      await writeFile(join(folder, 'tmp', 'half'), 'written');
      const store = await BlockStore.open(folder);
      assert.deepEqual(await readdir(join(folder, 'tmp')), []);
      assert.equal(store.size.blocks, 0);
      await store.close();
    });
  });

  it('are re-indexed when the file was complete and the index did not have it yet', async () => {
    await withFolder(async (folder) => {
      const one = block(LARGE_BLOCK_BYTES);
      let store = await BlockStore.open(folder);
      await store.put(one.cid, one.bytes);
      await store.close();
      const index = new DatabaseSync(join(folder, 'index.sqlite'));
      index.exec("DELETE FROM blocks; DELETE FROM meta WHERE key = 'closed'");
      index.close();
      store = await BlockStore.open(folder);
      await store.indexFiles(never);
      assert.equal(store.size.blocks, 1);
      await assertStored(store, [one]);
      await store.close();
    });
  });
});

describe('folders of older versions', () => {
  it('stay readable, single blocks immediately and all of them after re-indexing', async () => {
    await withFolder(async (folder) => {
      const old = new FsBlockstore(folder);
      await old.open();
      const blocks = [block(SMALL_BLOCK_BYTES), block(LARGE_BLOCK_BYTES), block(10), block(0)];
      for (const { cid, bytes } of blocks) await old.put(cid, bytes);
      const [file] = await blockFiles(folder);
      await writeFile(join(dirname(file!), 'note.txt'), 'not ours');
      const store = await BlockStore.open(folder);
      await assertStored(store, blocks.slice(0, 2));
      await store.indexFiles(never);
      assert.equal(store.size.blocks, 4);
      await assertStored(store, blocks);
      await store.delete(blocks[0]!.cid);
      assert.equal((await blockFiles(folder)).length, 3);
      assert.equal(await readFile(join(dirname(file!), 'note.txt'), 'utf8'), 'not ours');
      await store.close();
    });
  });

  it('are rejected when written by a newer version', async () => {
    await withFolder(async (folder) => {
      await (await BlockStore.open(folder)).close();
      const index = new DatabaseSync(join(folder, 'index.sqlite'));
      index.exec(`PRAGMA user_version = ${STORE_MIGRATIONS.length + 1}`);
      index.close();
      await assert.rejects(BlockStore.open(folder), { name: 'DatabaseTooNew' });
    });
  });
});
