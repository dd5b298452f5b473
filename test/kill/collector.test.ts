import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { importTree } from '../../src/worker/dag/unixfs-import.ts';
import { BlockStore } from '../../src/worker/blocks/block-store.ts';
import { GarbageCollector } from '../../src/worker/blocks/garbage-collector.ts';
import { verifyBlocks, countMissingBlocks } from '../../src/worker/blocks/block-verification.ts';
import {
  LARGE_BLOCK_BYTES,
  SMALL_BLOCK_BYTES,
  block,
  blockFiles,
  withFolder,
} from '../unit/worker/blocks/store-support.ts';

const ROUNDS = 20;
/** Maximum time after which a process is killed. */
const MAX_KILL_DELAY_MS = 150;
const never = new AbortController().signal;

async function runAndKill(folder: string, root: string, after: number): Promise<void> {
  const script = join(import.meta.dirname, 'killed-collector.ts');
  const child = spawn(process.execPath, [script, folder, root], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
    await delay(after);
  } finally {
    child.kill('SIGKILL');
    await exit;
  }
}

describe('a collector that is killed', function () {
  this.timeout(120_000);

  it(`loses no pinned block and leaves none partially written, ${ROUNDS} times`, async () => {
    await withFolder(async (folder) => {
      let store = await BlockStore.open(folder);
      const files = Array.from({ length: 60 }, (_, index) => {
        const { bytes } = block(index % 20 === 0 ? LARGE_BLOCK_BYTES : SMALL_BLOCK_BYTES);
        return {
          path: `d${index % 5}/${index}`,
          size: bytes.length,
          async *open() {
            await Promise.resolve();
            yield bytes;
          },
        };
      });
      const { root } = await importTree(files, store, { signal: never, onFile: () => undefined });
      const whole = store.size;
      await store.close();
      for (let round = 0; round < ROUNDS; round++) {
        await runAndKill(folder, root.toString(), (MAX_KILL_DELAY_MS * round) / ROUNDS);
        store = await BlockStore.open(folder);
        const { damaged } = await verifyBlocks(store, never, () => undefined);
        assert.equal(damaged, 0, `round ${round}`);
        assert.deepEqual(await countMissingBlocks(root, store, never), { missing: 0, damaged: 0 }, `round ${round}`);
        await store.close();
      }
      store = await BlockStore.open(folder);
      await new GarbageCollector(store, { pinned: () => [root.toString()], leased: () => [] }).collect(0, never);
      assert.deepEqual(store.size, whole);
      assert.equal((await blockFiles(folder)).length, 3);
      await store.close();
    });
  });
});
