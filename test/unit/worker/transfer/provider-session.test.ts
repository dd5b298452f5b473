import assert from 'node:assert/strict';
import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import { DAG_PB, RAW } from '../../../../src/worker/dag/codecs.ts';
import { ProviderSession } from '../../../../src/worker/transfer/provider-session.ts';
import type { TreeBlock } from '../../../../src/worker/transfer/tree-blocks.ts';
import { FakeClock } from '../../../fake-clock.ts';
import { FakeProvider, silentAnswer } from './support/fake-provider.ts';

const MIB = 1024 * 1024;

function treeBlock(index: number, size: number, codec = RAW): TreeBlock {
  const digest = new Uint8Array(32);
  new DataView(digest.buffer).setUint32(0, index);
  const cid = CID.createV1(codec, Digest.create(0x12, digest));
  return {
    cid,
    key: cid.toString(),
    depth: 1,
    size,
    followLinks: true,
    state: 'missing',
    requests: new Set(),
    peersWithout: new Set(),
  };
}

function treeBlocks(count: number, size: number): Set<TreeBlock> {
  return new Set(Array.from({ length: count }, (_, index) => treeBlock(index, size)));
}

describe('session with one provider', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock();
  });
  afterEach(() => {
    clock[Symbol.dispose]();
  });

  function session(peer = 'a'): ProviderSession {
    const candidate = { peer, failureCount: 0, busyCount: 0, retryAt: 0 };
    return new ProviderSession(candidate, new FakeProvider(peer, silentAnswer).session());
  }

  /** A session that received data at this rate for a while. */
  async function measured(bytesPerMs: number, peer?: string): Promise<ProviderSession> {
    const measuredSession = session(peer);
    measuredSession.startRequest();
    for (let sample = 0; sample < 10; sample++) {
      await clock.advance(100);
      measuredSession.received(100 * bytesPerMs);
    }
    return measuredSession;
  }

  const bytesOf = (blocks: readonly TreeBlock[]): number => blocks.reduce((sum, { size }) => sum + size, 0);

  it('asks for two MiB first, and later for as much as the provider sends in 300 ms', async () => {
    const unrequested = treeBlocks(100, MIB / 4);
    assert.equal(bytesOf(session().selectBatch(unrequested, 1)), 2 * MIB);
    assert.equal(bytesOf((await measured(MIB / 100)).selectBatch(unrequested, 1)), 3 * MIB);
    assert.equal(bytesOf((await measured(10)).selectBatch(unrequested, 1)), MIB / 4, 'at least 256 KiB');
    assert.equal(bytesOf((await measured(MIB)).selectBatch(unrequested, 1)), 8 * MIB, 'at most 8 MiB');
  });

  it('asks for at most 1,024 blocks, and for none that the peer does not have', () => {
    const unrequested = treeBlocks(2_000, 1);
    for (const block of [...unrequested].slice(0, 500)) block.peersWithout.add('a');
    const batch = session().selectBatch(unrequested, 1);
    assert.equal(batch.length, 1_024);
    assert.ok(batch.every(({ peersWithout }) => !peersWithout.has('a')));
  });

  it('leaves other providers their share, of which outstanding blocks are a part', () => {
    const unrequested = treeBlocks(4, MIB / 2);
    assert.equal(bytesOf(session().selectBatch(unrequested, 2)), MIB);
    assert.equal(bytesOf(session().selectBatch(unrequested, 2, MIB)), MIB / 2);
    assert.deepEqual(session().selectBatch(unrequested, 2, 2 * MIB), []);
  });

  it('counts the leaves that are outstanding', () => {
    const one = session();
    const request = one.startRequest();
    for (const block of [
      treeBlock(1, 100),
      treeBlock(2, 50, DAG_PB),
      { ...treeBlock(3, 7), state: 'present' as const },
    ])
      request.blocks.set(block, 'block');
    assert.equal(one.outstandingLeafBytes, 100);
    assert.equal(one.outstandingBlocks().length, 2);
    one.endRequest(request);
    assert.equal(one.outstandingLeafBytes, 0);
  });

  it('measures the time since the last block only while a request is pending', async () => {
    const one = session();
    await clock.advance(1_000);
    assert.equal(one.msSinceLastBlock(), 0);
    const request = one.startRequest();
    await clock.advance(300);
    assert.equal(one.msSinceLastBlock(), 300);
    assert.equal(one.received(5), 300);
    assert.equal(one.bytes, 5);
    assert.equal(one.msSinceLastBlock(), 0);
    one.endRequest(request);
    await clock.advance(300);
    assert.equal(one.msSinceLastBlock(), 0);
  });

  it('is slower than another one when it stalls, or at less than 70 % of its rate', async () => {
    const [slow, similar, fast] = [await measured(60), await measured(80, 'b'), await measured(100, 'c')];
    // Only the first one waits for longer than the stall timeout.
    assert.equal(slow.isSlowerThan(fast, 100_000), true);
    assert.equal(similar.isSlowerThan(fast, 100_000), false);
    assert.equal(fast.isSlowerThan(slow, 100_000), false);
    await clock.advance(500);
    assert.equal(fast.isSlowerThan(slow, 400), true);
  });
});
