/**
 * A process that writes and collects blocks until it is killed: `killed-collector.ts FOLDER ROOT`. Blocks below ROOT are pinned; all
 * others are collected. It prints the CID of each acknowledged block of the third kind, which must be stored afterwards.
 */
import { BlockStore } from '../../src/worker/blocks/block-store.ts';
import { GarbageCollector } from '../../src/worker/blocks/garbage-collector.ts';
import { LARGE_BLOCK_BYTES, SMALL_BLOCK_BYTES, block } from '../unit/worker/blocks/store-support.ts';

const [folder = '', root = ''] = process.argv.slice(2);
const store = await BlockStore.open(folder);
const collector = new GarbageCollector(store, { pinned: () => [root], leased: () => [] });
const never = new AbortController().signal;
process.stdout.write('ready\n');

for (;;) {
  const junk = Array.from({ length: 40 }, (_, index) =>
    block(index % 10 === 0 ? LARGE_BLOCK_BYTES : SMALL_BLOCK_BYTES),
  );
  await Promise.all([...junk.map(({ cid, bytes }) => store.put(cid, bytes)), collector.collect(0, never)]);
}
