import assert from 'node:assert/strict';
import { join } from 'node:path';
import { onSmallDisk, skipWithoutMounts } from '../small-disk.ts';
import type { FirstStart, Owners, Refusal, TakenOver } from './full-disk-child.ts';

const CHILD = join(import.meta.dirname, 'full-disk-child.ts');

function hasOneOwner({ named, selves, holders }: Owners): void {
  assert.equal(named.length, 1, 'all name the same owner');
  assert.deepEqual(selves, named, 'it knows that it is');
  assert.deepEqual(holders, named, 'nobody else has the lock');
}

function isClear({ name, message }: Refusal, dataDir: string): void {
  assert.equal(name, 'DiskFull', message);
  assert.ok(message.startsWith(`The disk is full: nothing more can be written to ${dataDir}`), message);
  assert.match(message, /Make room/);
}

describe('a data folder on a full disk', function () {
  this.timeout(60_000);
  before(async function () {
    await skipWithoutMounts(this);
  });

  for (const end of ['kill', 'close'] as const) {
    it(`goes to one new owner when the last one ends (${end}), and nothing acknowledged is lost`, async () => {
      const result = (await onSmallDisk('16m', CHILD, end)) as TakenOver;
      const { dataDir, acknowledged, refusals, full, lost, drafts, after } = result;
      assert.ok(acknowledged > 0);
      hasOneOwner(full);
      assert.deepEqual(lost, []);
      assert.equal(refusals.length, 3);
      for (const refusal of refusals) isClear(refusal, dataDir);
      assert.deepEqual(drafts, []);
      // It goes on, or says why it cannot yet.
      if (full.node !== 'running') assert.ok(full.nodeError?.includes(dataDir), full.nodeError);

      const { node, peerId, published, rebuilt, damagedBlocks, ...owners } = after;
      hasOneOwner(owners);
      assert.deepEqual(owners.lost, []);
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

  it('is refused at its first start, by name, and taken once there is room', async () => {
    const { dataDir, refusal, holders, after } = (await onSmallDisk('16m', CHILD, 'first')) as FirstStart;
    assert.ok(refusal !== undefined);
    isClear(refusal, dataDir);
    assert.deepEqual(holders, []);
    hasOneOwner(after);
  });
});
