import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { GgenError } from '../../../../src/shared/errors.ts';
import { storeFault } from '../../../../src/worker/content/store/faults.ts';
import { skipIf } from '../../../skip.ts';
import { withFolder } from './store-support.ts';

const NO_MOUNT = 'this user may not mount a disk here';
const run = promisify(execFile);
const CHILD = join(import.meta.dirname, 'full-disk-child.ts');
/** A mount of its own for one process, which goes with it. */
const ON_SMALL_DISK = 'mount -t tmpfs -o size=6m tmpfs "$1" && exec "$2" "$3" "$1" "$4"';

async function onSmallDisk(what: string): Promise<unknown> {
  let result: unknown;
  await withFolder(async (folder) => {
    const args = ['-Urm', 'sh', '-c', ON_SMALL_DISK, 'sh', folder, process.execPath, CHILD, what];
    result = JSON.parse((await run('unshare', args)).stdout);
  });
  return result;
}

/** Whether this system lets us mount a small disk without being asked. */
async function canMount(): Promise<boolean> {
  let mounted = false;
  await withFolder(async (folder) => {
    const mount = run('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs "$1"', 'sh', folder]);
    mounted = await mount.then(
      () => true,
      () => false,
    );
  });
  return mounted;
}

describe('a full disk', function () {
  this.timeout(60_000);

  it('is told as such, whoever says so first', async () => {
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
    const fault = storeFault(full);
    assert.ok(fault instanceof GgenError);
    assert.equal(fault.name, 'DiskFull');
    assert.match(fault.message, /disk is full.*Make room/);
    assert.equal(storeFault(fault), fault);
    if (process.platform === 'linux') {
      const error: unknown = await writeFile('/dev/full', 'x').catch((cause: unknown) => cause);
      assert.equal((storeFault(error) as Error).name, 'DiskFull');
    }
  });

  for (const kind of ['small', 'large'] as const) {
    it(`refuses a ${kind} block, keeps every other one, and takes it once there is room`, async function () {
      skipIf(this, !(await canMount()), NO_MOUNT);
      const { stored, whole, files, ...rest } = (await onSmallDisk(kind)) as Record<string, number>;
      assert.ok(stored !== undefined && stored > 3);
      assert.equal(whole, stored);
      assert.equal(files, kind === 'large' ? stored : 0);
      assert.deepEqual(rest, { error: 'DiskFull', refusedIsHere: false, temporary: 0, again: true });
    });
  }

  it('fails a draft with nothing left of it, and a smaller one is published afterwards', async function () {
    skipIf(this, !(await canMount()), NO_MOUNT);
    assert.deepEqual(await onSmallDisk('publish'), { errors: ['DiskFull'], drafts: 0, published: 1 });
  });
});
