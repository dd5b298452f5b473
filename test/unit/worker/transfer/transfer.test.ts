import assert from 'node:assert/strict';
import { MemoryBlockstore } from 'blockstore-core';
import type { CID } from 'multiformats/cid';
import { GgenError } from '../../../../src/shared/errors.ts';
import { PeerBusyError } from '../../../../src/worker/protocols/car/client.ts';
import { StallError } from '../../../../src/worker/protocols/car/stall-detector.ts';
import { ProtocolViolationError } from '../../../../src/worker/protocols/car/wire.ts';
import { fetchTree } from '../../../../src/worker/transfer/transfer.ts';
import { allBlocks, blockOf, randomTree } from '../../../random-tree.ts';
import type { TestTree } from '../../../random-tree.ts';
import { answerBlocks, honestAnswer, silentAnswer } from './support/fake-provider.ts';
import type { Answer } from './support/fake-provider.ts';
import { TransferFixture } from './support/transfer-fixture.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

function failingAnswer(error: () => Error, times = Infinity, then: Answer = silentAnswer): Answer {
  let failures = 0;
  return (wants, send) => (failures++ < times ? Promise.reject(error()) : then(wants, send));
}

/** An answer of an honest provider, except for what `change` makes of each block. */
function changedAnswer(tree: TestTree, change: (bytes: Uint8Array, cid: CID) => Uint8Array): Answer {
  return async (wants, send) => {
    for await (const { cid, bytes } of answerBlocks(tree.store, wants))
      await send(cid, change(Buffer.from(bytes), cid));
  };
}

describe('fetching a tree', () => {
  let fixture: TransferFixture;
  /** Begins a transfer; one per test is the current one. */
  function use(...answers: readonly Answer[]): TransferFixture {
    current?.[Symbol.dispose]();
    fixture = new TransferFixture(...answers);
    return (current = fixture);
  }
  let current: TransferFixture | undefined;
  afterEach(() => {
    current?.[Symbol.dispose]();
    current = undefined;
  });

  it('fetches every block, from many small files to large ones', async () => {
    for (const sizes of [[0, 1, 2_000], Array.from({ length: 100 }, () => 2_000), [3 * MIB + 3, 1, MIB]]) {
      const tree = await randomTree(sizes);
      const { failures } = use(honestAnswer(tree.store));
      let bytes = 0;
      await fixture.fetch(tree, { onBlock: (length) => (bytes += length) });
      await fixture.assertComplete(tree);
      assert.ok(bytes >= tree.size);
      assert.deepEqual(failures, []);
    }
  });

  it('requests a small tree at once, and the leaves of a large one by themselves', async () => {
    const small = await randomTree([1_000, 2_000]);
    const [provider] = use(honestAnswer(small.store)).providers;
    await fixture.fetch(small);
    assert.deepEqual(provider?.requests, [[small.root.toString()]]);
    const large = await randomTree([300 * KIB, 300 * KIB]);
    const [other] = use(honestAnswer(large.store)).providers;
    await fixture.fetch(large);
    const requested = other?.requests.flat() ?? [];
    for (const leaf of large.files) assert.ok(requested.includes(leaf.toString()));
  });

  it('requests only blocks that are not stored', async () => {
    const tree = await randomTree([300 * KIB, 200 * KIB, 100_000]);
    use(honestAnswer(tree.store));
    const missing = tree.files.at(-1)!;
    for await (const { cid } of tree.store.getAll()) {
      if (!cid.equals(missing)) await fixture.store.put(cid, await blockOf(tree.store, cid));
    }
    await fixture.fetch(tree);
    await fixture.assertComplete(tree);
    assert.deepEqual([...fixture.received], [['a', 100_000]]);
  });

  it('needs no peer when every block is stored', async () => {
    const tree = await randomTree([1_000]);
    use();
    for await (const { cid } of tree.store.getAll()) await fixture.store.put(cid, await blockOf(tree.store, cid));
    await fixture.fetch(tree, { network: undefined });
  });

  it('fetches a stored block again that does not match its hash', async () => {
    const tree = await randomTree([5_000, 5_000]);
    use(honestAnswer(tree.store));
    for await (const { cid } of tree.store.getAll()) await fixture.store.put(cid, Buffer.from('damaged'));
    await fixture.fetch(tree);
    await fixture.assertComplete(tree);
  });

  it('splits the work between two providers of equal speed', async () => {
    const tree = await randomTree(Array.from({ length: 12 }, () => MIB));
    use(honestAnswer(tree.store, 8 * KIB), honestAnswer(tree.store, 8 * KIB));
    await fixture.fetch(tree);
    await fixture.assertComplete(tree);
    for (const peer of ['a', 'b']) assert.ok((fixture.received.get(peer) ?? 0) > 2 * MIB, `${peer} sent a good part`);
    assert.deepEqual(fixture.failures, []);
  });

  it('asks at most four providers at the same time', async () => {
    const tree = await randomTree(Array.from({ length: 16 }, () => MIB));
    let active = 0;
    let maxActive = 0;
    const slow = honestAnswer(tree.store, 4 * KIB);
    const answer: Answer = async (wants, send) => {
      maxActive = Math.max(maxActive, ++active);
      await slow(wants, send).finally(() => active--);
    };
    use(answer, answer, answer, answer, answer, answer);
    await fixture.fetch(tree);
    await fixture.assertComplete(tree);
    assert.ok(maxActive > 1 && maxActive <= 4, `${maxActive} at once`);
  });

  it('steals the requests of a slow provider, and counts no failure for it', async () => {
    const tree = await randomTree(Array.from({ length: 8 }, () => MIB));
    use(honestAnswer(tree.store, 64), honestAnswer(tree.store, 32 * KIB));
    await fixture.fetch(tree);
    await fixture.assertComplete(tree);
    assert.ok((fixture.received.get('b') ?? 0) >= 6 * MIB);
    assert.deepEqual(fixture.failures, []);
  });

  it('replaces a provider that sends nothing', async () => {
    const tree = await randomTree([200 * KIB, 300 * KIB]);
    use(silentAnswer, honestAnswer(tree.store, 1 * KIB));
    await fixture.fetch(tree);
    await fixture.assertComplete(tree);
    assert.equal(fixture.received.has('a'), false);
  });

  it('combines providers that each have only a part', async () => {
    const tree = await randomTree(Array.from({ length: 12 }, () => 100 * KIB));
    const parts = [new MemoryBlockstore(), new MemoryBlockstore()];
    let index = 0;
    for await (const { cid } of tree.store.getAll()) {
      const targets = cid.code === 0x70 ? parts : [parts[index++ % 2]!];
      for (const store of targets) await store.put(cid, await blockOf(tree.store, cid));
    }
    use(...parts.map((store) => honestAnswer(store)));
    await fixture.fetch(tree);
    await fixture.assertComplete(tree);
    assert.deepEqual(fixture.failures, []);
  });

  it('asks a busy provider again later, and counts no failure for it', async () => {
    const tree = await randomTree([10_000]);
    const [provider] = use(failingAnswer(() => new PeerBusyError('busy'), 3, honestAnswer(tree.store))).providers;
    const startedAt = performance.now();
    await fixture.fetch(tree);
    await fixture.assertComplete(tree);
    assert.deepEqual(fixture.failures, []);
    assert.ok(performance.now() - startedAt >= 1_500, 'it pauses between the tries');
    assert.equal(provider?.requests.length, 4);
  });

  it('ends when a provider stays busy', async () => {
    const tree = await randomTree([10_000]);
    const [provider] = use(failingAnswer(() => new PeerBusyError('busy'))).providers;
    await assert.rejects(fixture.fetch(tree), { name: 'ContentUnavailable' });
    assert.equal(provider?.requests.length, 10);
    assert.deepEqual(fixture.failures, []);
  });

  it('asks a provider that timed out once more', async () => {
    const tree = await randomTree([10_000]);
    use(failingAnswer(() => new StallError('nothing came'), 1, honestAnswer(tree.store)));
    await fixture.fetch(tree);
    await fixture.assertComplete(tree);
    assert.deepEqual(fixture.failures, ['a timeout']);
    use(failingAnswer(() => new StallError('nothing came')));
    await assert.rejects(fixture.fetch(tree), { name: 'ContentUnavailable' });
    assert.deepEqual(fixture.failures, ['a timeout', 'a timeout']);
  });

  const invalid: Readonly<Record<string, (tree: TestTree) => Answer>> = {
    'sends a block that does not match its hash': (tree) =>
      changedAnswer(tree, (bytes) => (bytes.fill(0, 0, Math.min(4, bytes.length)), bytes)),
    'sends a block that is too short': (tree) => changedAnswer(tree, (bytes) => bytes.subarray(1)),
    'sends a block that was not requested': () => async (_wants, send) => {
      const other = await randomTree([77]);
      await send(other.root, await blockOf(other.store, other.root));
    },
    'sends a block twice': (tree) => async (wants, send) => {
      for await (const { cid, bytes } of answerBlocks(tree.store, wants)) {
        await send(cid, Uint8Array.from(bytes));
        await send(cid, Uint8Array.from(bytes));
      }
    },
    'violates the protocol': () => failingAnswer(() => new ProtocolViolationError('no CAR')),
  };
  for (const [behavior, answer] of Object.entries(invalid)) {
    it(`never asks a provider again that ${behavior}`, async () => {
      const tree = await randomTree([10_000, 20_000]);
      use(answer(tree), honestAnswer(tree.store));
      await fixture.fetch(tree);
      await fixture.assertComplete(tree);
      assert.deepEqual(fixture.failures, ['a invalid']);

      const [provider] = use(answer(tree)).providers;
      await assert.rejects(fixture.fetch(tree), { name: 'ContentUnavailable' });
      const stored = await allBlocks(fixture.store);
      const expected = await allBlocks(tree.store);
      for (const [key, block] of stored) assert.deepEqual(block, expected.get(key), 'only verified blocks are stored');
      assert.equal(provider?.openSessions, 0);
    });
  }

  it('keeps the blocks that arrived before a provider failed', async () => {
    const tree = await randomTree(Array.from({ length: 6 }, () => 50 * KIB));
    let count = 0;
    const interrupted: Answer = async (wants, send) => {
      for await (const { cid, bytes } of answerBlocks(tree.store, wants)) {
        if (count++ >= 4) throw new StallError('cut');
        await send(cid, Uint8Array.from(bytes));
      }
    };
    const { store } = use(interrupted);
    await assert.rejects(fixture.fetch(tree), { name: 'ContentUnavailable' });
    assert.equal((await allBlocks(store)).size, 4);
  });

  it('reports which peers lacked which block', async () => {
    const tree = await randomTree([10_000]);
    use(honestAnswer(new MemoryBlockstore()), honestAnswer(new MemoryBlockstore()));
    await assert.rejects(fixture.fetch(tree), (error) => {
      assert.ok(error instanceof GgenError);
      assert.equal(error.name, 'ContentUnavailable');
      assert.deepEqual(error.details, { cid: tree.root.toString(), providers: ['a', 'b'] });
      return true;
    });
    assert.deepEqual(fixture.failures.toSorted(), ['a timeout', 'b timeout'], 'each claimed to serve the package');
  });

  describe('without known providers', () => {
    it('asks the DHT', async () => {
      const tree = await randomTree([10_000]);
      const { network } = use(honestAnswer(tree.store));
      network.dhtProviders.push('a');
      await fixture.fetch(tree, { providers: [] });
      await fixture.assertComplete(tree);
      assert.equal(network.lookups, 1);
    });

    it('fails when the DHT names none, or fails itself', async () => {
      const tree = await randomTree([10_000]);
      const { network } = use();
      await assert.rejects(fixture.fetch(tree), { name: 'ContentUnavailable', message: /No connected peer/ });
      network.dhtError = new Error('no route');
      await assert.rejects(fixture.fetch(tree), { name: 'ContentUnavailable' });
    });

    it('waits a moment for one to become known', async () => {
      const tree = await randomTree([10_000]);
      use(honestAnswer(tree.store));
      let calls = 0;
      await fixture.fetch(tree, { providers: [], moreProviders: () => (++calls > 5 ? ['a'] : []) });
      await fixture.assertComplete(tree);
      await assert.rejects(fixture.fetch(await randomTree([5]), { providers: [], moreProviders: () => [] }), {
        name: 'ContentUnavailable',
      });
    });

    it('fails at once while no node runs', async () => {
      const tree = await randomTree([10_000]);
      use();
      await assert.rejects(fixture.fetch(tree, { network: undefined }), { name: 'ContentUnavailable' });
    });
  });

  it('ends when the node stops, and blames no peer', async () => {
    const tree = await randomTree([10_000]);
    const { network } = use(() => {
      network.stop();
      return Promise.reject(new Error('closed'));
    });
    await assert.rejects(fixture.fetch(tree), { name: 'NodeNotRunning' });
    assert.deepEqual(fixture.failures, []);
  });

  it('ends when it is canceled, and closes every session', async () => {
    const tree = await randomTree([MIB]);
    const [provider] = use(silentAnswer).providers;
    const abort = new AbortController();
    setTimeout(() => {
      abort.abort();
    }, 300);
    await assert.rejects(fixture.fetch(tree, { signal: abort.signal }), { name: 'AbortError' });
    assert.equal(provider?.openSessions, 0);
    const options = { ...fixture.options(), size: tree.size, onBlock: () => assert.fail('nothing is fetched') };
    await assert.rejects(fetchTree(tree.root, { ...options, signal: AbortSignal.abort() }), { name: 'AbortError' });
  });

  it('ends with an error that is not the doing of the peer', async () => {
    const tree = await randomTree([1_000]);
    use(
      failingAnswer(() => new GgenError('LimitReached', 'The daily limit is reached.')),
      honestAnswer(tree.store),
    );
    await assert.rejects(fixture.fetch(tree), { name: 'LimitReached' });
    assert.deepEqual(fixture.failures, []);
  });
});
