import assert from 'node:assert/strict';
import { MemoryBlockstore } from 'blockstore-core';
import type { CID } from 'multiformats/cid';
import { importTree } from '../../../../src/worker/authoring/import.ts';
import { localBlocks } from '../../../../src/worker/blocks/local-blocks.ts';
import { BlockStore } from '../../../../src/worker/blocks/block-store.ts';
import { Collector } from '../../../../src/worker/blocks/collector.ts';
import { missingBelow } from '../../../../src/worker/blocks/verify.ts';
import { LARGE, SMALL, block, withFolder } from './store-support.ts';

const never = new AbortController().signal;
const HOUR = 3_600_000;

/** A store with a clock of its own, and the roots that its collector goes by. */
class World {
  readonly pinned = new Set<string>();
  readonly held = new Set<string>();
  readonly collector: Collector;
  readonly store: BlockStore;
  readonly #clock: { now: number };

  private constructor(store: BlockStore, clock: { now: number }) {
    this.store = store;
    this.#clock = clock;
    this.collector = new Collector(store, { pinned: () => [...this.pinned], held: () => [...this.held] });
  }

  static async with(work: (world: World) => Promise<void>): Promise<void> {
    await withFolder(async (folder) => {
      const clock = { now: Date.now() };
      const store = await BlockStore.open(folder, { now: () => clock.now });
      try {
        await work(new World(store, clock));
      } finally {
        await store.close();
      }
    });
  }

  hold(root: CID): void {
    this.held.add(root.toString());
    this.store.inUse(true);
  }

  letGo(root: CID): void {
    this.held.delete(root.toString());
    this.store.inUse(this.held.size > 0);
  }

  later(): void {
    this.#clock.now += HOUR;
  }

  /** Import these files as one tree. */
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

  async whole(root: CID): Promise<boolean> {
    return (await missingBelow(root, this.store, never)).missing === 0;
  }

  collect(target: number): ReturnType<Collector['collect']> {
    return this.collector.collect(target, never);
  }
}

const random = (size: number): Uint8Array => block(size).bytes;

describe('collecting blocks', () => {
  it('removes what is neither pinned nor held, and tells how much', async () => {
    await World.with(async (world) => {
      const { store } = world;
      const kept = await world.tree({ 'a/b': random(SMALL), large: random(LARGE) });
      const used = await world.tree({ c: random(LARGE) });
      const before = store.size;
      const gone = await world.tree({ d: random(LARGE), e: random(SMALL) });
      const all = store.size;
      world.pinned.add(kept.toString());
      world.held.add(used.toString());
      const collected = await world.collect(0);
      assert.deepEqual(store.size, before);
      assert.deepEqual(collected, {
        blocks: all.blocks - before.blocks,
        bytes: all.bytes - before.bytes,
        damaged: 0,
      });
      assert.ok((await world.whole(kept)) && (await world.whole(used)));
      assert.equal(await store.has(gone), false);
    });
  });

  it('counts a block that two trees share once, and keeps it for the one that is pinned', async () => {
    await World.with(async (world) => {
      const shared = random(LARGE);
      const first = await world.tree({ shared, own: random(SMALL) });
      const one = world.store.size.bytes;
      const second = await world.tree({ shared, other: random(SMALL) });
      assert.ok(world.store.size.bytes < one + LARGE);
      world.pinned.add(second.toString());
      await world.collect(0);
      assert.equal(await world.whole(first), false);
      assert.ok(await world.whole(second));
      assert.equal(world.store.index.pinnedBytes, world.store.size.bytes);
    });
  });

  it('evicts the least recently used first, and no more than is needed', async () => {
    await World.with(async (world) => {
      const { store } = world;
      const blocks = Array.from({ length: 6 }, () => block(LARGE));
      for (const { cid, bytes } of blocks) {
        await store.put(cid, bytes);
        world.later();
      }
      // The oldest is used again, and that is remembered.
      await store.read(blocks[0]!.cid);
      world.later();
      for (let more = 0; more < 500; more++) await store.read(blocks[more % 2]!.cid);
      const { blocks: removed } = await world.collect(4 * LARGE);
      assert.equal(removed, 2);
      const here = await Promise.all(blocks.map(({ cid }) => store.has(cid)));
      assert.deepEqual(here, [true, true, false, false, true, true]);
    });
  });

  it('frees the space in the index that small blocks took', async () => {
    await World.with(async (world) => {
      for (let index = 0; index < 400; index++) {
        const { cid, bytes } = block(20_000);
        await world.store.put(cid, bytes);
      }
      await world.collect(0);
      assert.deepEqual(world.store.size, { blocks: 0, bytes: 0 });
      assert.equal(await world.store.shrink(), false);
    });
  });

  it('can be stopped at any time, and goes on where it was', async () => {
    await World.with(async (world) => {
      for (let index = 0; index < 1_000; index++) {
        const { cid, bytes } = block(2_000);
        await world.store.put(cid, bytes);
      }
      const abort = new AbortController();
      const work = world.collector.collect(0, abort.signal, () => {
        abort.abort();
      });
      await assert.rejects(work, { name: 'AbortError' });
      const { blocks } = world.store.size;
      assert.ok(blocks > 0 && blocks < 1_000);
      assert.equal((await world.collect(0)).blocks, blocks);
    });
  });
});

describe('what goes on while blocks are collected', () => {
  it('a tree that is fetched meanwhile stays whole, old blocks that it shares included', async () => {
    await World.with(async (world) => {
      for (let round = 0; round < 10; round++) {
        const files = Object.fromEntries(
          Array.from({ length: 60 }, (_, index) => [`d${index % 7}/f${index}`, random(SMALL)]),
        );
        // Everything but the directories is here already, unpinned: the transfer finds leaf after leaf at hand.
        const source = new MemoryBlockstore();
        const root = await world.tree(files, source as unknown as BlockStore);
        const keys = await localBlocks(root, source);
        for await (const { cid, bytes } of source.getAll()) {
          const whole: Uint8Array[] = [];
          for await (const part of bytes) whole.push(part);
          if (round % 2 === 0 || whole[0]!.length === SMALL) await world.store.put(cid, whole[0]!);
        }
        assert.ok(keys.size > 60);
        world.hold(root);
        const collecting = world.collect(0);
        const fetching = (async () => {
          for await (const { cid, bytes } of source.getAll()) {
            if (await world.store.has(cid)) continue;
            for await (const part of bytes) await world.store.put(cid, part);
            await new Promise((resolve) => setImmediate(resolve));
          }
          world.pinned.add(root.toString());
          world.letGo(root);
        })();
        await Promise.all([collecting, fetching]);
        assert.ok(await world.whole(root), `round ${round}`);
      }
    });
  });

  it('a tree whose leaves come first stays whole, however often is collected meanwhile', async () => {
    await World.with(async (world) => {
      const source = new MemoryBlockstore();
      const files = { 'a/b': random(SMALL), 'a/c': random(LARGE), d: random(SMALL) };
      const root = await world.tree(files, source as unknown as BlockStore);
      const here = block(SMALL);
      await world.store.put(here.cid, here.bytes);
      world.hold(root);
      for await (const { cid, bytes } of source.getAll()) {
        if (cid.equals(root)) continue;
        for await (const part of bytes) await world.store.put(cid, part);
        await world.collect(0);
      }
      assert.equal(await world.store.has(here.cid), false);
      for await (const part of source.get(root)) await world.store.put(root, part);
      assert.ok(await world.whole(root));
      world.letGo(root);
      await world.collect(0);
      assert.equal(world.store.size.blocks, 0);
    });
  });

  it('what begins to be held after the marking stays', async () => {
    await World.with(async (world) => {
      for (let index = 0; index < 700; index++) {
        const { cid, bytes } = block(1_000);
        await world.store.put(cid, bytes);
      }
      world.later();
      const wanted = await world.tree({ x: random(LARGE), y: random(SMALL) });
      const { blocks } = world.store.size;
      let held = false;
      await world.collector.collect(0, never, () => {
        if (!held) world.held.add(wanted.toString());
        held = true;
      });
      // It was the last to go, and its turn had not come.
      assert.ok(held);
      assert.ok(await world.whole(wanted));
      assert.equal(world.store.size.blocks, blocks - 700);
    });
  });

  it('blocks that are written again at the moment of their removal are there afterwards', async () => {
    await World.with(async (world) => {
      const blocks = Array.from({ length: 900 }, (_, index) => block(index % 60 === 0 ? LARGE : SMALL));
      for (let round = 0; round < 5; round++) {
        for (const { cid, bytes } of blocks) await world.store.put(cid, bytes);
        let writing: Promise<unknown> | undefined;
        await world.collector.collect(0, never, () => {
          // Some are removed, some are next, some come later.
          writing ??= Promise.all(blocks.toReversed().map(({ cid, bytes }) => world.store.put(cid, bytes)));
        });
        await writing;
        assert.equal(world.store.size.blocks, blocks.length);
        for (const { cid } of blocks) assert.ok((await world.store.read(cid)) !== undefined);
      }
    });
  });
});

describe('damage to a pinned tree', () => {
  it('costs no other block of it: what a damaged directory hides keeps its pin until it is repaired', async () => {
    await World.with(async (world) => {
      const root = await world.tree({ 'dir/a': random(SMALL), 'dir/b': random(LARGE) });
      world.pinned.add(root.toString());
      await world.collect(0);
      const bytes = (await world.store.read(root))!;
      // A flipped bit, as far as the store can tell: other bytes under the same hash.
      await world.store.delete(root);
      const flipped = Uint8Array.from(bytes);
      flipped[flipped.length - 1]! ^= 1;
      await world.store.put(root, flipped);
      const before = world.store.size.blocks;
      const { damaged, blocks } = await world.collect(0);
      assert.deepEqual([damaged, blocks], [1, 0]);
      assert.equal(world.store.size.blocks, before - 1);
      assert.equal(world.store.index.damaged, 1);
      await world.store.put(root, bytes);
      assert.ok(await world.whole(root));
      assert.deepEqual(await world.collect(0), { blocks: 0, bytes: 0, damaged: 0 });
      assert.equal(world.store.index.damaged, 0);
    });
  });
});
