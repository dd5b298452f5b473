import assert from 'node:assert/strict';
import { encode, prepare } from '@ipld/dag-pb';
import { MemoryBlockstore } from 'blockstore-core';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { GgenError } from '../../../../src/shared/errors.ts';
import { TreeBlocks } from '../../../../src/worker/transfer/tree-blocks.ts';
import { allBlocks, blockOf, randomTree } from '../../../random-tree.ts';
import { honestAnswer } from './support/fake-provider.ts';
import { TransferFixture } from './support/transfer-fixture.ts';

const MIB = 1024 * 1024;

async function put(store: MemoryBlockstore, code: number, bytes: Uint8Array): Promise<CID> {
  const cid = CID.createV1(code, await sha256.digest(bytes));
  await store.put(cid, bytes);
  return cid;
}

describe('blocks of a tree', () => {
  let fixture: TransferFixture | undefined;
  afterEach(() => {
    fixture?.[Symbol.dispose]();
  });

  it('are accepted once: a block that arrives from two providers is not counted twice', async () => {
    const tree = await randomTree([10_000]);
    const store = new MemoryBlockstore();
    let bytes = 0;
    const blocks = new TreeBlocks(tree.root, { store, maxBytes: Infinity, onBlock: (length) => (bytes += length) });
    blocks.add(tree.root, { depth: 0, size: tree.size, followLinks: false });
    const [root] = await Promise.all([blockOf(tree.store, tree.root), new Promise((resolve) => setImmediate(resolve))]);
    const requests = ['a', 'b'].map((peer) => ({
      peer,
      blocks: new Map(),
      explicitBlocks: new Set<never>(),
      receivedKeys: new Set<string>(),
    }));
    const accepted: boolean[] = [];
    for (const request of requests) accepted.push(await blocks.receiveBlock(tree.root, root, request));
    assert.deepEqual(accepted, [true, false]);
    assert.equal(bytes, root.length);
    await blocks.whenComplete();
    await blocks.close();
    assert.equal((await allBlocks(store)).size, 1);
  });

  describe('on their way to the store', () => {
    it('take no more memory than a few of them, however slow the store is', async () => {
      const tree = await randomTree(Array.from({ length: 24 }, () => MIB));
      fixture = new TransferFixture(honestAnswer(tree.store));
      const { store } = fixture;
      let pendingBytes = 0;
      let maxPendingBytes = 0;
      const storeBlock = store.put.bind(store);
      store.put = async (cid, bytes) => {
        pendingBytes += (bytes as Uint8Array).length;
        maxPendingBytes = Math.max(maxPendingBytes, pendingBytes);
        await new Promise((resolve) => setTimeout(resolve, 25));
        pendingBytes -= (bytes as Uint8Array).length;
        return storeBlock(cid, bytes);
      };
      await fixture.fetch(tree);
      assert.ok(maxPendingBytes <= 8 * MIB, `${maxPendingBytes} bytes`);
      assert.ok(maxPendingBytes >= 4 * MIB);
      await fixture.assertComplete(tree);
    });

    it('end the transfer with the error of the store', async () => {
      const tree = await randomTree([1_000]);
      fixture = new TransferFixture(honestAnswer(tree.store));
      const { store } = fixture;
      store.put = () => Promise.reject(new GgenError('DiskFull', 'The disk is full.'));
      await assert.rejects(fixture.fetch(tree), { name: 'DiskFull' });
      assert.deepEqual(fixture.failures, []);
    });
  });

  describe('of a tree that is not a release end the transfer', () => {
    it('when they are larger than its record specifies', async () => {
      const tree = await randomTree([65 * MIB]);
      fixture = new TransferFixture(honestAnswer(tree.store));
      await assert.rejects(fixture.fetch({ root: tree.root, size: 1_000 }), { name: 'RecordInvalid' });
    });

    it('when one has another codec', async () => {
      const store = new MemoryBlockstore();
      const cbor = await put(store, 0x71, Buffer.from([0xa0]));
      fixture = new TransferFixture(honestAnswer(store));
      await assert.rejects(fixture.fetch({ root: cbor, size: 1 }), { name: 'RecordInvalid' });
    });

    it('when one claims to be a node and is none', async () => {
      const store = new MemoryBlockstore();
      const root = await put(store, 0x70, Buffer.from([1, 2, 3]));
      fixture = new TransferFixture(honestAnswer(store));
      await assert.rejects(fixture.fetch({ root, size: 1 }), { name: 'RecordInvalid' });
    });

    it('when they are nested without end', async () => {
      const store = new MemoryBlockstore();
      let cid = await put(store, 0x55, Buffer.from('leaf'));
      for (let depth = 0; depth < 300; depth++) {
        cid = await put(store, 0x70, encode(prepare({ Data: Buffer.from([8, 1]), Links: [{ Hash: cid, Name: 'd' }] })));
      }
      fixture = new TransferFixture(honestAnswer(store));
      await assert.rejects(fixture.fetch({ root: cid, size: 1 }), { name: 'RecordInvalid' });
    });
  });
});
