import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { sectionPrefix } from '../../src/worker/protocols/car/wire.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { allBlocks, blockOf, randomTree } from '../random-tree.ts';
import { CarNetwork } from './helpers/car-peers.ts';
import type { TestTree } from '../random-tree.ts';
import type { Reader } from './helpers/car-peers.ts';
import { eventually } from './helpers/peers.ts';

const MIB = 1024 * 1024;

describe('a transfer', () => {
  let network: CarNetwork;
  beforeEach(() => {
    network = new CarNetwork();
  });
  afterEach(() => network.close());

  async function assertWhole(reader: Reader, tree: TestTree): Promise<void> {
    assert.deepEqual(await allBlocks(reader.store), await allBlocks(tree.store));
  }

  it('fetches every block of a tree, from many small files to large ones', async () => {
    for (const sizes of [[0, 1, 2_000], Array.from({ length: 300 }, () => 2_000), [5 * MIB + 3, 1, 2 * MIB]]) {
      const tree = await randomTree(sizes);
      const provider = await network.provider(tree.store);
      const reader = await network.reader([provider]);
      await reader.fetch(tree);
      await assertWhole(reader, tree);
      assert.deepEqual(reader.failures, []);
    }
  });

  it('does not request local blocks', async () => {
    const tree = await randomTree([3 * MIB, 2 * MIB, 100_000]);
    const provider = await network.provider(tree.store);
    const reader = await network.reader([provider]);
    const missing = tree.files.at(-1)!;
    for await (const { cid, bytes } of tree.store.getAll()) {
      if (!cid.equals(missing)) for await (const one of bytes) await reader.store.put(cid, one);
    }
    await reader.fetch(tree);
    await assertWhole(reader, tree);
    assert.equal(reader.received.get(provider.id), 100_000);
    assert.ok(provider.traffic.status().uploadedToday < 101_000);
  });

  it('resumes after an interruption, and requests only the remaining blocks', async () => {
    const tree = await randomTree(Array.from({ length: 20 }, () => MIB));
    let left = 7;
    const disconnectingProvider = await network.scripted(async (requests, out) => {
      await out.begin(tree.root);
      for (const { cid } of requests) {
        if (left-- <= 0) {
          out.stream.abort(new Error('cut'));
          throw new Error('cut');
        }
        await out.block(cid, await blockOf(tree.store, cid));
      }
      await out.end();
    });
    const reader = await network.reader([disconnectingProvider]);
    left = 7;
    await assert.rejects(reader.fetch(tree), { name: 'ContentUnavailable' });
    const before = [...(await allBlocks(reader.store)).values()].reduce((sum, { length }) => sum + length, 0);
    assert.ok(before >= 3 * MIB, 'what came before the cut stays');
    const provider = await network.provider(tree.store);
    const repeated = await network.reader([provider]);
    for await (const { cid, bytes } of reader.store.getAll()) {
      for await (const one of bytes) await repeated.store.put(cid, one);
    }
    await repeated.fetch(tree);
    await assertWhole(repeated, tree);
    const all = [...(await allBlocks(tree.store)).values()].reduce((sum, { length }) => sum + length, 0);
    assert.equal(repeated.received.get(provider.id), all - before);
  });

  it('waits for a slow disk without losing the stream', async () => {
    const tree = await randomTree(Array.from({ length: 48 }, () => MIB));
    const provider = await network.provider(tree.store);
    const reader = await network.reader([provider]);
    const put = reader.store.put.bind(reader.store);
    let busy: Promise<unknown> = Promise.resolve();
    Object.assign(reader.store, {
      put: (...block: Parameters<typeof put>) => {
        const stored = busy.then(() => delay(25)).then(() => put(...block));
        busy = stored;
        return stored;
      },
    });
    await reader.fetch(tree);
    await assertWhole(reader, tree);
    assert.deepEqual(reader.failures, []);
  });

  it('is split between two providers', async () => {
    const tree = await randomTree(Array.from({ length: 12 }, () => MIB));
    const slow = { uploadRate: 4 * MIB };
    const providers = [await network.provider(tree.store, slow), await network.provider(tree.store, slow)];
    const reader = await network.reader(providers);
    await reader.fetch(tree);
    await assertWhole(reader, tree);
    for (const { id } of providers) assert.ok((reader.received.get(id) ?? 0) > 2 * MIB, 'each sent a good part');
    assert.deepEqual(reader.failures, []);
  });

  it('leaves other providers a share of a small package', async () => {
    const tree = await randomTree(Array.from({ length: 12 }, () => 300_000));
    const providers = [
      await slowProvider(network, tree, 64 * 1024, 25),
      await slowProvider(network, tree, 64 * 1024, 25),
    ];
    const reader = await network.reader(providers);
    await reader.fetch(tree);
    await assertWhole(reader, tree);
    for (const { id } of providers) assert.ok((reader.received.get(id) ?? 0) >= 1_200_000, 'each sent a good part');
  });

  it('combines providers that each have only a part', async () => {
    const tree = await randomTree(Array.from({ length: 12 }, () => 300_000));
    const [one, other] = [await randomTree([1]), await randomTree([1])];
    let index = 0;
    for await (const { cid, bytes } of tree.store.getAll()) {
      const target = cid.code === 0x70 ? [one.store, other.store] : [index++ % 2 === 0 ? one.store : other.store];
      for await (const block of bytes) for (const store of target) await store.put(cid, block);
    }
    const reader = await network.reader([await network.provider(one.store), await network.provider(other.store)]);
    await reader.fetch(tree);
    await assertWhole(reader, tree);
    assert.deepEqual(reader.failures, []);
  });

  it('reassigns requests from a slow provider', async () => {
    const tree = await randomTree(Array.from({ length: 16 }, () => MIB));
    const slow = await slowProvider(network, tree, 8_192, 50);
    const fast = await network.provider(tree.store);
    const reader = await network.reader([slow, fast]);
    await reader.fetch(tree);
    await assertWhole(reader, tree);
    assert.ok((reader.received.get(fast.id) ?? 0) >= 15 * MIB);
    assert.deepEqual(reader.failures, [], 'being slow is no failure');
  });

  it('reads single blocks, each once, and continues after the stream was closed', async () => {
    const tree = await randomTree([1_000, 2_000, 3_000]);
    const provider = await network.provider(tree.store);
    const reader = await network.reader([provider]);
    const source = reader.source(tree.root);
    const { signal } = new AbortController();
    const [first, second, third] = tree.files;
    const both = await Promise.all([source.get(first!, signal), source.get(first!, signal)]);
    assert.equal(both[0].length, 1_000);
    assert.equal(reader.received.get(provider.id), 1_000, 'asked twice at once, fetched once');
    for (const stream of reader.peer.node.libp2p.getConnections().flatMap(({ streams }) => streams)) {
      if (stream.protocol === '/ggen/car/1.0.0') stream.abort(new Error('lost'));
    }
    assert.equal((await source.get(second!, signal)).length, 2_000);
    await assert.rejects(source.get(third!, AbortSignal.abort()), { name: 'AbortError' });
    await assert.rejects(source.get((await randomTree([5])).root, signal), { name: 'ContentUnavailable' });
    assert.equal((await source.get(third!, signal)).length, 3_000, 'a block that no peer has ends no other request');
    source.close();
  });

  it('closes every stream when it is canceled', async () => {
    const tree = await randomTree([20 * MIB]);
    const provider = await network.provider(tree.store, { uploadRate: MIB });
    const reader = await network.reader([provider]);
    const abort = new AbortController();
    const fetching = reader.fetch(tree, abort.signal);
    setTimeout(() => {
      abort.abort();
    }, 300);
    await assert.rejects(fetching, { name: 'AbortError' });
    await eventually('no stream is left', () =>
      [reader.peer, provider].every(({ node }) =>
        node.libp2p
          .getConnections()
          .every(({ streams }) => streams.every(({ protocol }) => !protocol.includes('/car/'))),
      ),
    );
  });
});

/** A peer that pauses, in milliseconds, before each piece of this many bytes. */
function slowProvider(network: CarNetwork, tree: TestTree, bytes: number, pause: number): Promise<BarePeer> {
  return network.scripted(async (requests, out) => {
    await out.begin(tree.root);
    for (const { cid } of requests) {
      const block = await blockOf(tree.store, cid);
      await out.write(sectionPrefix(cid, block.length));
      for (let at = 0; at < block.length; at += bytes) {
        await out.pause(pause);
        await out.write(block.subarray(at, at + bytes));
      }
    }
    await out.end();
  });
}
