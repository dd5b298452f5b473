import assert from 'node:assert/strict';
import { join } from 'node:path';
import { onSmallDisk, skipWithoutMounts } from '../small-disk.ts';
import type { FirstStartResult, OwnerView, ErrorSummary, TakeOverResult } from './full-disk-child.ts';

const CHILD = join(import.meta.dirname, 'full-disk-child.ts');

function assertOneOwner({ named, selfReported, lockHolderPids }: OwnerView): void {
  assert.equal(named.length, 1, 'all name the same owner');
  assert.deepEqual(selfReported, named, 'it knows that it is');
  assert.deepEqual(lockHolderPids, named, 'no other process has the lock');
}

function assertDiskFullError({ name, message }: ErrorSummary, dataDir: string): void {
  assert.equal(name, 'DiskFull', message);
  assert.ok(message.startsWith(`The disk is full: nothing more can be written to ${dataDir}`), message);
  assert.match(message, /Free up space/);
}

describe('a data folder on a full disk', function () {
  this.timeout(240_000);
  before(async function () {
    await skipWithoutMounts(this);
  });

  for (const end of ['kill', 'close'] as const) {
    it(`is taken over by one new owner when the last one ends (${end}), and nothing acknowledged is lost`, async () => {
      const result = (await onSmallDisk('16m', CHILD, end)) as TakeOverResult;
      const { dataDir, acknowledged, failures, whileFull, missing, drafts, afterwards } = result;
      assert.ok(acknowledged > 0);
      assertOneOwner(whileFull);
      assert.deepEqual(missing, []);
      assert.equal(failures.length, 3);
      for (const failure of failures) assertDiskFullError(failure, dataDir);
      assert.deepEqual(drafts, []);
      // The node runs again, or the error says why it cannot yet.
      if (whileFull.node !== 'running') assert.ok(whileFull.nodeError?.includes(dataDir), whileFull.nodeError);

      const { node, peerId, published, rebuilt, damagedBlocks, ...owners } = afterwards;
      assertOneOwner(owners);
      assert.deepEqual(owners.missing, []);
      assert.deepEqual(
        { node, peerId, published, rebuilt, damagedBlocks },
        {
          node: 'running',
          peerId: true,
          published: acknowledged + 1,
          rebuilt: false,
          damagedBlocks: 0,
        },
      );
    });
  }

  it('is refused with a named error at its first start, and opened once there is free space', async () => {
    const { dataDir, failure, lockHolderPids, afterwards } = (await onSmallDisk(
      '16m',
      CHILD,
      'first',
    )) as FirstStartResult;
    assert.ok(failure !== undefined);
    assertDiskFullError(failure, dataDir);
    assert.deepEqual(lockHolderPids, []);
    assertOneOwner(afterwards);
  });
});
