import assert from 'node:assert/strict';
import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MemoryBlockstore } from 'blockstore-core';
import type { CID } from 'multiformats/cid';
import { importTree } from '../../../../../src/worker/dag/unixfs-import.ts';
import { collectBytes } from '../../../../../src/worker/blocks/block-storage.ts';
import { findChangesSince, takeFolderSnapshot } from '../../../../../src/worker/install/disk/concurrent-changes.ts';
import { localState } from '../../../../../src/worker/install/disk/local-state.ts';
import { preserveLocalFiles } from '../../../../../src/worker/install/disk/preserve-files.ts';
import { planReplacement } from '../../../../../src/worker/install/disk/replacement.ts';
import { listTreeFiles } from '../../../../../src/worker/install/disk/tree-files.ts';
import type { TreeFile } from '../../../../../src/worker/install/disk/tree-files.ts';
import { writeFiles } from '../../../../../src/worker/install/disk/write-files.ts';
import { skipOnWindows } from '../../../../skip.ts';
import { withFolder } from '../../catalog/support.ts';

const signal = new AbortController().signal;
const store = new MemoryBlockstore();
const get = (cid: CID): Promise<Uint8Array> => collectBytes(store.get(cid));

/** @param files with a `+` before the path of an executable file */
async function release(files: Readonly<Record<string, string | Uint8Array>>): Promise<TreeFile[]> {
  const entries = Object.entries(files).map(([path, content]) => ({
    path: path.replace(/^\+/, ''),
    size: content.length,
    executable: path.startsWith('+'),
    async *open() {
      yield await Promise.resolve(Buffer.from(content));
    },
  }));
  const { root } = await importTree(entries, store, { signal, onFile: () => undefined });
  return listTreeFiles(root, get, signal);
}

async function write(files: readonly TreeFile[], folder: string): Promise<void> {
  await writeFiles(files, folder, { get, signal, maxBytes: 10_000_000, onWritten: () => undefined });
}

async function modesIn(folder: string, paths: readonly string[]): Promise<string[]> {
  return Promise.all(paths.map(async (path) => ((await stat(join(folder, path))).mode & 0o7777).toString(8)));
}

async function statesIn(files: readonly TreeFile[], folder: string): Promise<string[]> {
  const { entries } = await localState(files, folder, { get, signal });
  return entries.map(({ path, state }) => `${path} ${state}`);
}

const LARGE = new Uint8Array(2_500_000).fill(7);

describe('execute bits', () => {
  before(function () {
    skipOnWindows(this, 'modes of files');
  });

  for (const umask of [0o022, 0o077, 0o002]) {
    it(`are restored with the umask ${umask.toString(8)}, and nothing differs then`, async () => {
      const files = await release({ '+bin/run.sh': 'echo\n', '+bin/large': LARGE, '+bin/empty': '', notes: 'n' });
      await withFolder(async (folder) => {
        const previous = process.umask(umask);
        try {
          await write(files, folder);
        } finally {
          process.umask(previous);
        }
        const expected = (mode: number): string => (mode & ~umask).toString(8);
        assert.deepEqual(await modesIn(folder, ['bin/run.sh', 'bin/large', 'bin/empty', 'notes']), [
          ...Array.from({ length: 3 }, () => expected(0o755)),
          expected(0o666),
        ]);
        assert.deepEqual(
          (await statesIn(files, folder)).filter((state) => !state.endsWith(' same')),
          [],
        );
      });
    });
  }

  it('that the umask forbids are not missed', async () => {
    const files = await release({ '+a.sh': 'a', b: 'b' });
    await withFolder(async (folder) => {
      const previous = process.umask(0o133);
      try {
        await write(files, folder);
        await chmod(join(folder, 'b'), 0o755);
        assert.deepEqual(await statesIn(files, folder), ['a.sh same', 'b bit-added']);
      } finally {
        process.umask(previous);
      }
      assert.deepEqual(await statesIn(files, folder), ['a.sh bit-lost', 'b bit-added']);
    });
  });

  it('that were lost or added are told from a changed content', async () => {
    const files = await release({ '+a.sh': 'a', '+b.sh': LARGE, c: 'c', '+d.sh': 'd' });
    await withFolder(async (folder) => {
      await write(files, folder);
      await chmod(join(folder, 'a.sh'), 0o644);
      await chmod(join(folder, 'b.sh'), 0o600);
      await chmod(join(folder, 'c'), 0o744);
      // Bits other than those for execution do not count.
      await chmod(join(folder, 'd.sh'), 0o550);
      assert.deepEqual(await statesIn(files, folder), ['a.sh bit-lost', 'b.sh bit-lost', 'c bit-added', 'd.sh same']);
      assert.deepEqual((await readdir(folder)).sort(), ['a.sh', 'b.sh', 'c', 'd.sh'], 'the check leaves nothing');
    });
  });

  it('of a file that the new release leaves alone are preserved, and conflict where it is written', async () => {
    const before = await release({ 'same.sh': 's', 'other.sh': '1', '+gains.sh': 'g' });
    const after = await release({ 'same.sh': 's', 'other.sh': '2', '+gains.sh': 'h' });
    await withFolder(async (folder) => {
      await write(before, folder);
      for (const path of ['same.sh', 'other.sh']) await chmod(join(folder, path), 0o755);
      const plan = (overwrite: readonly string[]) =>
        planReplacement(folder, before, after, { get, signal, overwrite: new Set(overwrite) });
      const { write: written, preserve, conflicts } = await plan([]);
      assert.deepEqual([preserve, conflicts], [['same.sh'], ['other.sh']]);
      assert.deepEqual(written.map(({ path }) => path).sort(), ['gains.sh', 'other.sh']);
      assert.deepEqual((await plan(['same.sh', 'other.sh'])).conflicts, []);
      await withFolder(async (to) => {
        await preserveLocalFiles(folder, to, preserve, signal);
        assert.deepEqual(await modesIn(to, ['same.sh']), ['755']);
      });
    });
  });

  it('that the next release adds or removes are not a conflict by themselves', async () => {
    const before = await release({ '+a.sh': 'a', 'b.sh': 'b' });
    const after = await release({ 'a.sh': 'a', '+b.sh': 'b' });
    await withFolder(async (folder) => {
      await write(before, folder);
      const options = { get, signal, overwrite: new Set<string>() };
      assert.deepEqual((await planReplacement(folder, before, after, options)).conflicts, []);
      await chmod(join(folder, 'b.sh'), 0o755);
      assert.deepEqual((await planReplacement(folder, before, after, options)).conflicts, [], 'equals the new one');
    });
  });

  it('that change during the exchange of the folders are noticed', async () => {
    await withFolder(async (folder) => {
      await write(await release({ 'a.sh': 'a' }), folder);
      const snapshot = await takeFolderSnapshot(folder, signal);
      assert.deepEqual(await findChangesSince(snapshot, folder, undefined, signal), []);
      await chmod(join(folder, 'a.sh'), 0o755);
      assert.deepEqual(await findChangesSince(snapshot, folder, undefined, signal), ['a.sh']);
    });
  });
});
