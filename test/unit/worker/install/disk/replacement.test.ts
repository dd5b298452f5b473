import assert from 'node:assert/strict';
import { mkdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MemoryBlockstore } from 'blockstore-core';
import type { CID } from 'multiformats/cid';
import { collect } from '../../../../../src/worker/blocks/blocks.ts';
import { importTree } from '../../../../../src/worker/authoring/import.ts';
import { carryOver } from '../../../../../src/worker/install/disk/carry.ts';
import { planReplacement } from '../../../../../src/worker/install/disk/replacement.ts';
import type { Replacement } from '../../../../../src/worker/install/disk/replacement.ts';
import { listFiles } from '../../../../../src/worker/install/disk/tree-files.ts';
import { withFolder } from '../../catalog/support.ts';

const signal = new AbortController().signal;
type Files = Readonly<Record<string, string>>;

describe('what becomes of what the user did, when a release is replaced', () => {
  const store = new MemoryBlockstore();
  const get = (cid: CID): Promise<Uint8Array> => collect(store.get(cid));

  async function filesOf(files: Files): ReturnType<typeof listFiles> {
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
    return listFiles(root, get, signal);
  }

  /** @param there what stands in the folder; a text that begins with `->` is a link */
  async function plan(before: Files, there: Files, after: Files, overwrite: string[] = []): Promise<Replacement> {
    return withFolder(async (folder) => {
      for (const [path, text] of Object.entries(there)) {
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

  const summary = ({ write, carry, conflicts }: Replacement) => ({
    write: write.map(({ path }) => path).sort(),
    carry,
    conflicts,
  });

  it('is nothing where the user did nothing', async () => {
    const old = { 'a.txt': '1', 'b/c.txt': '1' };
    assert.deepEqual(summary(await plan(old, old, { 'a.txt': '2', 'd.txt': '2' })), {
      write: ['a.txt', 'd.txt'],
      carry: [],
      conflicts: [],
    });
  });

  it('carries own files along, whole folders by their top', async () => {
    const there = { 'a.txt': '1', 'own.txt': 'x', 'node_modules/m/i.js': 'x', 'b/own.txt': 'x' };
    const found = await plan({ 'a.txt': '1', 'b/c.txt': '1' }, there, { 'a.txt': '2' });
    assert.deepEqual(found.carry, ['b/own.txt', 'node_modules/', 'own.txt']);
    assert.deepEqual(found.conflicts, []);
  });

  it('keeps a changed file that the new release has unchanged, and does not write it', async () => {
    const found = await plan({ 'a.txt': '1' }, { 'a.txt': 'mine' }, { 'a.txt': '1', 'b.txt': '2' });
    assert.deepEqual(summary(found), { write: ['b.txt'], carry: ['a.txt'], conflicts: [] });
    const given = await plan({ 'a.txt': '1' }, { 'a.txt': 'mine' }, { 'a.txt': '1' }, ['a.txt']);
    assert.deepEqual(summary(given), { write: ['a.txt'], carry: [], conflicts: [] });
  });

  it('takes a change that is what the new release brings', async () => {
    const found = await plan({ 'a.txt': '1' }, { 'a.txt': '2', 'new.txt': 'n' }, { 'a.txt': '2', 'new.txt': 'n' });
    assert.deepEqual(summary(found), { write: ['a.txt', 'new.txt'], carry: [], conflicts: [] });
  });

  it('names every conflict: changed and changed, changed and gone, in the way of what is new', async () => {
    const before = { 'both.txt': '1', 'gone.txt': '1', file: '1' };
    const there = {
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
    const found = await plan(before, there, after);
    assert.deepEqual(found.conflicts, ['CASE.txt', 'both.txt', 'folder/', 'gone.txt', 'name', 'new.txt']);
    assert.deepEqual(found.carry, []);
    assert.deepEqual((await plan(before, there, after, found.conflicts.slice(0, -1))).conflicts, ['new.txt']);
    const all = await plan(before, there, after, ['*']);
    assert.deepEqual([all.conflicts, all.carry], [[], []]);
  });

  it('is a conflict when a file becomes a folder over what the user put below, or the other way round', async () => {
    const deep = await plan({ 'a/b.txt': '1' }, { 'a/b.txt': '1', 'a/own.txt': 'mine' }, { a: 'now a file' });
    assert.deepEqual(deep.conflicts, ['a/own.txt']);
    const flat = await plan({ a: '1' }, { a: 'mine' }, { 'a/b.txt': '1' });
    assert.deepEqual(flat.conflicts, ['a']);
  });

  it('takes links for what they are, never for what they point to', async () => {
    const old = { 'a.txt': '1', 'b/c.txt': '1' };
    const there = { 'a.txt': '->elsewhere', b: '->elsewhere', own: '->/etc' };
    const found = await plan(old, there, { 'a.txt': '2', 'b/c.txt': '2' });
    assert.deepEqual(found.conflicts, ['a.txt', 'b']);
    assert.deepEqual(found.carry, ['own']);
    await withFolder(async (folder) => {
      const [from, to] = [join(folder, 'from'), join(folder, 'to')];
      await mkdir(from);
      await mkdir(to);
      await symlink('/etc', join(from, 'own'));
      await carryOver(from, to, ['own'], signal);
      assert.equal(await readlink(join(to, 'own')), '/etc');
    });
  });

  it('is what is left of an uninstalled package: own files stay, changed ones are asked about', async () => {
    const found = await plan({ 'a.txt': '1', 'b.txt': '1' }, { 'a.txt': '1', 'b.txt': 'mine', own: 'x' }, {});
    assert.deepEqual(summary(found), { write: [], carry: ['own'], conflicts: ['b.txt'] });
  });
});
