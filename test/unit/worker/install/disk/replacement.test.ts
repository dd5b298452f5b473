import assert from 'node:assert/strict';
import { mkdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MemoryBlockstore } from 'blockstore-core';
import type { CID } from 'multiformats/cid';
import { collectBytes } from '../../../../../src/worker/blocks/block-storage.ts';
import { importTree } from '../../../../../src/worker/dag/unixfs-import.ts';
import { preserveLocalFiles } from '../../../../../src/worker/install/disk/preserve-files.ts';
import { planReplacement } from '../../../../../src/worker/install/disk/replacement.ts';
import type { Replacement } from '../../../../../src/worker/install/disk/replacement.ts';
import { listTreeFiles } from '../../../../../src/worker/install/disk/tree-files.ts';
import { withFolder } from '../../catalog/support.ts';

const signal = new AbortController().signal;
type Files = Readonly<Record<string, string>>;

describe('local changes when a release is replaced', () => {
  const store = new MemoryBlockstore();
  const get = (cid: CID): Promise<Uint8Array> => collectBytes(store.get(cid));

  async function filesOf(files: Files): ReturnType<typeof listTreeFiles> {
    const entries = Object.entries(files).map(([path, text]) => ({
      path,
      size: text.length,
      async *open() {
        await Promise.resolve();
        yield Buffer.from(text);
      },
    }));
    if (entries.length === 0) return [];
    const { root } = await importTree(entries, store, { signal, onFile: () => undefined });
    return listTreeFiles(root, get, signal);
  }

  /** @param onDisk content of the folder; a text that starts with `->` is a link */
  async function plan(before: Files, onDisk: Files, after: Files, overwrite: string[] = []): Promise<Replacement> {
    return withFolder(async (folder) => {
      for (const [path, text] of Object.entries(onDisk)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        if (text.startsWith('->')) await symlink(text.slice(2), join(folder, path));
        else await writeFile(join(folder, path), text);
      }
      return planReplacement(folder, await filesOf(before), await filesOf(after), {
        get,
        signal,
        overwrite: new Set(overwrite),
      });
    });
  }

  const summary = ({ write, preserve, conflicts }: Replacement) => ({
    write: write.map(({ path }) => path).sort(),
    preserved: preserve,
    conflicts,
  });

  it('are empty when the user changed nothing', async () => {
    const old = { 'a.txt': '1', 'b/c.txt': '1' };
    assert.deepEqual(summary(await plan(old, old, { 'a.txt': '2', 'd.txt': '2' })), {
      write: ['a.txt', 'd.txt'],
      preserved: [],
      conflicts: [],
    });
  });

  it('preserve local files, whole folders by their topmost folder', async () => {
    const onDisk = { 'a.txt': '1', 'own.txt': 'x', 'node_modules/m/i.js': 'x', 'b/own.txt': 'x' };
    const found = await plan({ 'a.txt': '1', 'b/c.txt': '1' }, onDisk, { 'a.txt': '2' });
    assert.deepEqual(found.preserve, ['b/own.txt', 'node_modules/', 'own.txt']);
    assert.deepEqual(found.conflicts, []);
  });

  it('keep a changed file that is unchanged in the new release, and do not write it', async () => {
    const found = await plan({ 'a.txt': '1' }, { 'a.txt': 'mine' }, { 'a.txt': '1', 'b.txt': '2' });
    assert.deepEqual(summary(found), { write: ['b.txt'], preserved: ['a.txt'], conflicts: [] });
    const given = await plan({ 'a.txt': '1' }, { 'a.txt': 'mine' }, { 'a.txt': '1' }, ['a.txt']);
    assert.deepEqual(summary(given), { write: ['a.txt'], preserved: [], conflicts: [] });
  });

  it('accept a change that equals the new release', async () => {
    const found = await plan({ 'a.txt': '1' }, { 'a.txt': '2', 'new.txt': 'n' }, { 'a.txt': '2', 'new.txt': 'n' });
    assert.deepEqual(summary(found), { write: ['a.txt', 'new.txt'], preserved: [], conflicts: [] });
  });

  it('report every conflict: changed on both sides, changed and removed, or in the way of a new file', async () => {
    const before = { 'both.txt': '1', 'gone.txt': '1', file: '1' };
    const onDisk = {
      'both.txt': 'mine',
      'gone.txt': 'mine',
      file: '1',
      'new.txt': 'mine',
      'folder/x.txt': 'mine',
      name: 'mine',
      'CASE.txt': 'mine',
    };
    const after = {
      'both.txt': '2',
      file: '1',
      'new.txt': 'n',
      folder: 'now a file',
      'name/y.txt': 'n',
      'case.txt': 'n',
    };
    const found = await plan(before, onDisk, after);
    assert.deepEqual(found.conflicts, ['CASE.txt', 'both.txt', 'folder/', 'gone.txt', 'name', 'new.txt']);
    assert.deepEqual(found.preserve, []);
    assert.deepEqual((await plan(before, onDisk, after, found.conflicts.slice(0, -1))).conflicts, ['new.txt']);
    const all = await plan(before, onDisk, after, ['*']);
    assert.deepEqual([all.conflicts, all.preserve], [[], []]);
  });

  it('conflict when a file becomes a folder with local files below, or the reverse', async () => {
    const deep = await plan({ 'a/b.txt': '1' }, { 'a/b.txt': '1', 'a/own.txt': 'mine' }, { a: 'now a file' });
    assert.deepEqual(deep.conflicts, ['a/own.txt']);
    const flat = await plan({ a: '1' }, { a: 'mine' }, { 'a/b.txt': '1' });
    assert.deepEqual(flat.conflicts, ['a']);
  });

  it('treat links as links, and never follow them', async () => {
    const old = { 'a.txt': '1', 'b/c.txt': '1' };
    const onDisk = { 'a.txt': '->elsewhere', b: '->elsewhere', own: '->/etc' };
    const found = await plan(old, onDisk, { 'a.txt': '2', 'b/c.txt': '2' });
    assert.deepEqual(found.conflicts, ['a.txt', 'b']);
    assert.deepEqual(found.preserve, ['own']);
    await withFolder(async (folder) => {
      const [from, to] = [join(folder, 'from'), join(folder, 'to')];
      await mkdir(from);
      await mkdir(to);
      await symlink('/etc', join(from, 'own'));
      await preserveLocalFiles(from, to, ['own'], signal);
      assert.equal(await readlink(join(to, 'own')), '/etc');
    });
  });

  it('stay after an uninstall: own files are kept, changed ones need confirmation', async () => {
    const found = await plan({ 'a.txt': '1', 'b.txt': '1' }, { 'a.txt': '1', 'b.txt': 'mine', own: 'x' }, {});
    assert.deepEqual(summary(found), { write: [], preserved: ['own'], conflicts: ['b.txt'] });
  });
});
