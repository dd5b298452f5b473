import assert from 'node:assert/strict';
import { MemoryBlockstore } from 'blockstore-core';
import type { CID } from 'multiformats/cid';
import { importTree } from '../../../../src/worker/dag/unixfs-import.ts';
import { localBlocks } from '../../../../src/worker/blocks/local-blocks.ts';
import { BlockStore } from '../../../../src/worker/blocks/block-store.ts';
import { GarbageCollector } from '../../../../src/worker/blocks/garbage-collector.ts';
import { countMissingBlocks } from '../../../../src/worker/blocks/block-verification.ts';
import { LARGE_BLOCK_BYTES, SMALL_BLOCK_BYTES, block, withFolder } from './store-support.ts';

const never = new AbortController().signal;
const HOUR_MS = 3_600_000;

/** A store with its own clock, and the roots that its collector keeps. */
class CollectorFixture {
  readonly pinned = new Set<string>();
  readonly leased = new Set<string>();
  readonly collector: GarbageCollector;
  readonly store: BlockStore;
  readonly #clock: { now: number };

  private constructor(store: BlockStore, clock: { now: number }) {
    this.store = store;
    this.#clock = clock;
    this.collector = new GarbageCollector(store, { pinned: () => [...this.pinned], leased: () => [...this.leased] });
  }

  static async run(work: (fixture: CollectorFixture) => Promise<void>): Promise<void> {
    await withFolder(async (folder) => {
      const clock = { now: Date.now() };
      const store = await BlockStore.open(folder, { now: () => clock.now });
      try {
        await work(new CollectorFixture(store, clock));
      } finally {
        await store.close();
      }
    });
  }

  lease(root: CID): void {
    this.leased.add(root.toString());
    this.store.trackTouched(true);
  }

  release(root: CID): void {
    this.leased.delete(root.toString());
    this.store.trackTouched(this.leased.size > 0);
  }

  advanceClock(): void {
    this.#clock.now += HOUR_MS;
  }

  /** Imports files as one tree. */
  async tree(files: Readonly<Record<string, Uint8Array>>, into: BlockStore = this.store): Promise<CID> {
    const sources = Object.entries(files).map(([path, bytes]) => ({
      path,
      size: bytes.length,
      async *open() {
        await Promise.resolve();
        yield bytes;
      },
    }));
    return (await importTree(sources, into, { signal: never, onFile: () => undefined })).root;
  }

  async isComplete(root: CID): Promise<boolean> {
    return (await countMissingBlocks(root, this.store, never)).missing === 0;
  }

  collect(target: number): ReturnType<GarbageCollector['collect']> {
    return this.collector.collect(target, never);
  }
}

const random = (size: number): Uint8Array => block(size).bytes;

describe('garbage collection of blocks', () => {
  it('removes blocks that are neither pinned nor leased, and reports how much', async () => {
    await CollectorFixture.run(async (fixture) => {
      const { store } = fixture;
      const kept = await fixture.tree({ 'a/b': random(SMALL_BLOCK_BYTES), large: random(LARGE_BLOCK_BYTES) });
      const used = await fixture.tree({ c: random(LARGE_BLOCK_BYTES) });
      const before = store.size;
      const gone = await fixture.tree({ d: random(LARGE_BLOCK_BYTES), e: random(SMALL_BLOCK_BYTES) });
      const all = store.size;
      fixture.pinned.add(kept.toString());
      fixture.leased.add(used.toString());
      const collected = await fixture.collect(0);
      assert.deepEqual(store.size, before);
      assert.deepEqual(collected, {
        blocks: all.blocks - before.blocks,
        bytes: all.bytes - before.bytes,
        damaged: 0,
      });
      assert.ok((await fixture.isComplete(kept)) && (await fixture.isComplete(used)));
      assert.equal(await store.has(gone), false);
    });
  });

  it('counts a block that two trees share once, and keeps it for the one that is pinned', async () => {
    await CollectorFixture.run(async (fixture) => {
      const shared = random(LARGE_BLOCK_BYTES);
      const first = await fixture.tree({ shared, own: random(SMALL_BLOCK_BYTES) });
      const one = fixture.store.size.bytes;
      const second = await fixture.tree({ shared, other: random(SMALL_BLOCK_BYTES) });
      assert.ok(fixture.store.size.bytes < one + LARGE_BLOCK_BYTES);
      fixture.pinned.add(second.toString());
      await fixture.collect(0);
      assert.equal(await fixture.isComplete(first), false);
      assert.ok(await fixture.isComplete(second));
      assert.equal(fixture.store.index.pinnedBytes, fixture.store.size.bytes);
    });
  });

  it('evicts the least recently used blocks first, and no more than needed', async () => {
    await CollectorFixture.run(async (fixture) => {
      const { store } = fixture;
      const blocks = Array.from({ length: 6 }, () => block(LARGE_BLOCK_BYTES));
      for (const { cid, bytes } of blocks) {
        await store.put(cid, bytes);
        fixture.advanceClock();
      }
      // The oldest block is used again, and its access time is written.
      await store.read(blocks[0]!.cid);
      fixture.advanceClock();
      for (let more = 0; more < 500; more++) await store.read(blocks[more % 2]!.cid);
      const { blocks: removed } = await fixture.collect(4 * LARGE_BLOCK_BYTES);
      assert.equal(removed, 2);
      const here = await Promise.all(blocks.map(({ cid }) => store.has(cid)));
      assert.deepEqual(here, [true, true, false, false, true, true]);
    });
  });

  it('frees the index space of small blocks', async () => {
    await CollectorFixture.run(async (fixture) => {
      for (let index = 0; index < 400; index++) {
        const { cid, bytes } = block(20_000);
        await fixture.store.put(cid, bytes);
      }
      await fixture.collect(0);
      assert.deepEqual(fixture.store.size, { blocks: 0, bytes: 0 });
      assert.equal(await fixture.store.vacuum(), false);
    });
  });

  it('can be stopped at any time, and resumes', async () => {
    await CollectorFixture.run(async (fixture) => {
      for (let index = 0; index < 1_000; index++) {
        const { cid, bytes } = block(2_000);
        await fixture.store.put(cid, bytes);
      }
      const abort = new AbortController();
      const work = fixture.collector.collect(0, abort.signal, () => {
        abort.abort();
      });
      await assert.rejects(work, { name: 'AbortError' });
      const { blocks } = fixture.store.size;
      assert.ok(blocks > 0 && blocks < 1_000);
      assert.equal((await fixture.collect(0)).blocks, blocks);
    });
  });
});

describe('concurrent changes during garbage collection', () => {
  it('a tree that is being fetched stays complete, including old blocks that it shares', async () => {
    await CollectorFixture.run(async (fixture) => {
      for (let round = 0; round < 10; round++) {
        const files = Object.fromEntries(
          Array.from({ length: 60 }, (_, index) => [`d${index % 7}/f${index}`, random(SMALL_BLOCK_BYTES)]),
        );
        // All leaves are stored already, but not pinned: the transfer fetches only the directories.
        const source = new MemoryBlockstore();
        const root = await fixture.tree(files, source as unknown as BlockStore);
        const keys = await localBlocks([root], source);
        for await (const { cid, bytes } of source.getAll()) {
          const isComplete: Uint8Array[] = [];
          for await (const part of bytes) isComplete.push(part);
          if (round % 2 === 0 || isComplete[0]!.length === SMALL_BLOCK_BYTES)
            await fixture.store.put(cid, isComplete[0]!);
        }
        assert.ok(keys.size > 60);
        fixture.lease(root);
        const collecting = fixture.collect(0);
        const fetching = (async () => {
          for await (const { cid, bytes } of source.getAll()) {
            if (await fixture.store.has(cid)) continue;
            for await (const part of bytes) await fixture.store.put(cid, part);
            await new Promise((resolve) => setImmediate(resolve));
          }
          fixture.pinned.add(root.toString());
          fixture.release(root);
        })();
        await Promise.all([collecting, fetching]);
        assert.ok(await fixture.isComplete(root), `round ${round}`);
      }
    });
  });

  it('a tree whose leaves arrive first stays complete, however often collection runs', async () => {
    await CollectorFixture.run(async (fixture) => {
      const source = new MemoryBlockstore();
      const files = {
        'a/b': random(SMALL_BLOCK_BYTES),
        'a/c': random(LARGE_BLOCK_BYTES),
        d: random(SMALL_BLOCK_BYTES),
      };
      const root = await fixture.tree(files, source as unknown as BlockStore);
      const here = block(SMALL_BLOCK_BYTES);
      await fixture.store.put(here.cid, here.bytes);
      fixture.lease(root);
      for await (const { cid, bytes } of source.getAll()) {
        if (cid.equals(root)) continue;
        for await (const part of bytes) await fixture.store.put(cid, part);
        await fixture.collect(0);
      }
      assert.equal(await fixture.store.has(here.cid), false);
      for await (const part of source.get(root)) await fixture.store.put(root, part);
      assert.ok(await fixture.isComplete(root));
      fixture.release(root);
      await fixture.collect(0);
      assert.equal(fixture.store.size.blocks, 0);
    });
  });

  it('blocks leased after marking are kept', async () => {
    await CollectorFixture.run(async (fixture) => {
      for (let index = 0; index < 700; index++) {
        const { cid, bytes } = block(1_000);
        await fixture.store.put(cid, bytes);
      }
      fixture.advanceClock();
      const wanted = await fixture.tree({ x: random(LARGE_BLOCK_BYTES), y: random(SMALL_BLOCK_BYTES) });
      const { blocks } = fixture.store.size;
      let leased = false;
      await fixture.collector.collect(0, never, () => {
        if (!leased) fixture.leased.add(wanted.toString());
        leased = true;
      });
      // This block was the last in the order of eviction.
      assert.ok(leased);
      assert.ok(await fixture.isComplete(wanted));
      assert.equal(fixture.store.size.blocks, blocks - 700);
    });
  });

  it('blocks rewritten while they are removed are stored afterwards', async () => {
    await CollectorFixture.run(async (fixture) => {
      const blocks = Array.from({ length: 900 }, (_, index) =>
        block(index % 60 === 0 ? LARGE_BLOCK_BYTES : SMALL_BLOCK_BYTES),
      );
      for (let round = 0; round < 5; round++) {
        for (const { cid, bytes } of blocks) await fixture.store.put(cid, bytes);
        let writing: Promise<unknown> | undefined;
        await fixture.collector.collect(0, never, () => {
          // At this time, some of them are removed and others are not.
          writing ??= Promise.all(blocks.toReversed().map(({ cid, bytes }) => fixture.store.put(cid, bytes)));
        });
        await writing;
        assert.equal(fixture.store.size.blocks, blocks.length);
        for (const { cid } of blocks) assert.ok((await fixture.store.read(cid)) !== undefined);
      }
    });
  });
});

describe('damage to a pinned tree', () => {
  it('does not unpin its other blocks: what a damaged directory hides stays pinned until it is repaired', async () => {
    await CollectorFixture.run(async (fixture) => {
      const root = await fixture.tree({ 'dir/a': random(SMALL_BLOCK_BYTES), 'dir/b': random(LARGE_BLOCK_BYTES) });
      fixture.pinned.add(root.toString());
      await fixture.collect(0);
      const bytes = (await fixture.store.read(root))!;
      // Other bytes under the same hash, as after a flipped bit.
      await fixture.store.delete(root);
      const flipped = Uint8Array.from(bytes);
      flipped[flipped.length - 1]! ^= 1;
      await fixture.store.put(root, flipped);
      const before = fixture.store.size.blocks;
      const { damaged, blocks } = await fixture.collect(0);
      assert.deepEqual([damaged, blocks], [1, 0]);
      assert.equal(fixture.store.size.blocks, before - 1);
      assert.equal(fixture.store.index.damagedCount, 1);
      await fixture.store.put(root, bytes);
      assert.ok(await fixture.isComplete(root));
      assert.deepEqual(await fixture.collect(0), { blocks: 0, bytes: 0, damaged: 0 });
      assert.equal(fixture.store.index.damagedCount, 0);
    });
  });
});
