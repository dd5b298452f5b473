import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GgenError } from '../../../../src/shared/errors.ts';
import { toStoreError } from '../../../../src/worker/blocks/store-errors.ts';
import { onSmallDisk, skipWithoutMounts } from '../../../small-disk.ts';

const CHILD = join(import.meta.dirname, 'full-disk-child.ts');

describe('a full disk', function () {
  this.timeout(240_000);

  it('is reported as such, whichever part detects it first', async () => {
    const database = new DatabaseSync(':memory:');
    database.exec('PRAGMA max_page_count = 4; CREATE TABLE t (b BLOB)');
    const full = (() => {
      try {
        database.prepare('INSERT INTO t VALUES (?)').run(new Uint8Array(100_000));
      } catch (error) {
        return error;
      }
      return undefined;
    })();
    database.close();
    const fault = toStoreError(full);
    assert.ok(fault instanceof GgenError);
    assert.equal(fault.name, 'DiskFull');
    assert.match(fault.message, /disk is full.*Free up space/);
    assert.equal(toStoreError(fault), fault);
    if (process.platform === 'linux') {
      const error: unknown = await writeFile('/dev/full', 'x').catch((cause: unknown) => cause);
      assert.equal((toStoreError(error) as Error).name, 'DiskFull');
    }
  });

  for (const kind of ['small', 'large'] as const) {
    it(`rejects a ${kind} block, keeps every other one, and accepts it once there is free space`, async function () {
      await skipWithoutMounts(this);
      const { stored, whole, files, ...rest } = (await onSmallDisk('6m', CHILD, kind)) as Record<string, number>;
      assert.ok(stored !== undefined && stored > 3);
      assert.equal(whole, stored);
      assert.equal(files, kind === 'large' ? stored : 0);
      assert.deepEqual(rest, { error: 'DiskFull', refusedIsHere: false, temporary: 0, repeated: true });
    });
  }

  it('fails a draft without leaving blocks, and a smaller one is published afterwards', async function () {
    await skipWithoutMounts(this);
    assert.deepEqual(await onSmallDisk('6m', CHILD, 'publish'), { errors: ['DiskFull'], drafts: 0, published: 1 });
  });
});
