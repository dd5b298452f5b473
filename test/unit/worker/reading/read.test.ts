import assert from 'node:assert/strict';
import { encode, prepare } from '@ipld/dag-pb';
import { MemoryBlockstore } from 'blockstore-core';
import { UnixFS } from 'ipfs-unixfs';
import fc from 'fast-check';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { collectBytes } from '../../../../src/worker/blocks/block-storage.ts';
import { importTree } from '../../../../src/worker/dag/unixfs-import.ts';
import { TreeReader } from '../../../../src/worker/reading/tree-reader.ts';
import { compareTrees, listReleaseFiles } from '../../../../src/worker/reading/compare-trees.ts';
import { readRange } from '../../../../src/worker/reading/read-range.ts';
import { findEntry, listFolder } from '../../../../src/worker/reading/read-folder.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

const store = new MemoryBlockstore();
let asked: string[] = [];

/** A reader of the store that records the blocks it reads. */
function reader(signal = new AbortController().signal): TreeReader {
  asked = [];
  const get = (cid: CID): Promise<Uint8Array> => {
    asked.push(cid.toString());
    return collectBytes(store.get(cid));
  };
  return new TreeReader({ get }, signal);
}

/** @param executables paths of the files that can be executed */
async function imported(files: Files, executables: readonly string[] = []): Promise<CID> {
  const sources = Object.entries(files).map(([path, content]) => {
    const bytes = Buffer.from(content);
    return { path, size: bytes.length, executable: executables.includes(path), open: () => of(bytes) };
  });
  const { root } = await importTree(sources, store, { signal: new AbortController().signal, onFile: () => undefined });
  return root;
}

async function* of(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function putBlock(code: number, bytes: Uint8Array): Promise<CID> {
  const cid = CID.createV1(code, await sha256.digest(bytes));
  await store.put(cid, bytes);
  return cid;
}

/** A node that no honest importer creates. */
async function node(data: UnixFS, links: readonly { name: string; cid: CID; size?: number }[]): Promise<CID> {
  const Links = links.map(({ name, cid, size = 0 }) => ({ Name: name, Hash: cid, Tsize: size }));
  return putBlock(0x70, encode(prepare({ Data: data.marshal(), Links })));
}

const directory = new UnixFS({ type: 'directory' });
const shard = (): UnixFS => new UnixFS({ type: 'hamt-sharded-directory', fanout: 256n, hashType: 0x22n });

/** More names than the import profile puts into one directory block. */
const MANY: Files = Object.fromEntries(
  Array.from({ length: 6_000 }, (_, index) => [`many/${'x'.repeat(30)}-${index}.txt`, `file ${index}`]),
);

describe('reading a tree block by block', () => {
  describe('folders', () => {
    it('are listed with kinds and sizes, large files and empty ones too', async () => {
      const large = new Uint8Array(3 * 1024 * 1024 + 5).fill(1);
      const root = await imported({ 'README.md': '# One', 'large.bin': large, 'empty.txt': '', 'src/a/b.ts': 'b' });
      const entries = (await listFolder(reader(), root, '')).map(({ name, kind, size }) => `${name} ${kind} ${size}`);
      assert.deepEqual(entries.toSorted(), [
        'README.md file 5',
        'empty.txt file 0',
        'large.bin file 3145733',
        'src folder 0',
      ]);
      assert.deepEqual(await listReleaseFiles(reader(), root), [
        { path: 'README.md', size: 5 },
        { path: 'empty.txt', size: 0 },
        { path: 'large.bin', size: large.length },
        { path: 'src/a/b.ts', size: 1 },
      ]);
    });

    it('that are sharded are listed completely, and a name in them is found within a few blocks', async () => {
      const root = await imported(MANY);
      const { cid } = await findEntry(reader(), root, 'many');
      const names = (await listFolder(reader(), cid, 'many')).map(({ name }) => `many/${name}`);
      assert.ok(asked.length > 100, 'it is sharded');
      assert.deepEqual(names.toSorted(), Object.keys(MANY).toSorted());
      for (const path of Object.keys(MANY).filter((_, index) => index % 500 === 0)) {
        const found = await findEntry(reader(), root, path);
        assert.equal(found.kind, 'file');
        assert.equal(found.size, MANY[path]?.length);
        assert.ok(asked.length < 8, `${asked.length} blocks`);
      }
      await assert.rejects(findEntry(reader(), root, 'many/nothing.txt'), { name: 'FileNotFound' });
    });

    it('that are sharded are searched for names of all kinds', async () => {
      const unusual = ['%41', 'a#b', 'a b', 'ünï', '名前.txt', '🦀', '00', 'FF', 'A', "it's"];
      const names = [...Object.keys(MANY).map((path) => path.slice(5)), ...unusual];
      const root = await imported(Object.fromEntries(names.map((name) => [`d/${name}`, name])));
      for (const name of [...unusual, names[0] ?? '']) {
        const { cid } = await findEntry(reader(), root, `d/${name}`);
        const { bytes } = await readRange(reader(), cid, { offset: 0, length: 100 });
        assert.equal(Buffer.from(bytes).toString(), name);
      }
      for (const name of ['%42', 'A%', 'B', '0', '000', 'f']) {
        await assert.rejects(findEntry(reader(), root, `d/${name}`), { name: 'FileNotFound' }, name);
      }
    });

    it('list no name that could not be installed', async () => {
      const evil = await putBlock(0x55, Buffer.from('evil'));
      for (const name of ['..', '', 'a/b', 'con', 'a\\b', 'dot.', 'nul\u0000l', 'x\u202ey']) {
        const root = await node(directory, [{ name, cid: evil }]);
        await assert.rejects(listFolder(reader(), root, ''), { name: 'UnsafePath' }, JSON.stringify(name));
      }
      const twice = await node(directory, [
        { name: 'a', cid: evil },
        { name: 'a', cid: evil },
      ]);
      await assert.rejects(listFolder(reader(), twice, ''), { name: 'UnsafePath' });
    });

    it('cannot be escaped by a path', async () => {
      const root = await imported({ 'src/a.ts': 'a' });
      for (const path of ['..', 'src/../src/a.ts', '/src', 'src//a.ts', 'src/', 'src/.', `${'d/'.repeat(80)}x`]) {
        await assert.rejects(findEntry(reader(), root, path), { name: 'UnsafePath' }, path);
      }
      for (const path of ['nothing', 'src/b.ts', 'src/a.ts/below', 'SRC']) {
        await assert.rejects(findEntry(reader(), root, path), { name: 'FileNotFound' }, path);
      }
    });
  });

  describe('files', () => {
    it('return any range exactly, reading only its blocks', async () => {
      const content = Buffer.from(
        Array.from({ length: 5 * 1024 * 1024 + 77 }, (_, index) => index * 7 + (index >> 11)),
      );
      const root = await imported({ 'large.bin': content });
      const { cid } = await findEntry(reader(), root, 'large.bin');
      const range = { offset: fc.nat(content.length + 10), length: fc.nat(3 * 1024 * 1024) };
      await fc.assert(
        fc.asyncProperty(fc.record(range), async ({ offset, length }) => {
          const { bytes, size } = await readRange(reader(), cid, { offset, length });
          assert.equal(size, content.length);
          assert.ok(content.subarray(offset, offset + length).equals(bytes));
          assert.ok(asked.length <= 2 + Math.ceil(length / (1024 * 1024)), `${asked.length} blocks`);
        }),
        { numRuns: 40 },
      );
      await readRange(reader(), cid, { offset: 1024 * 1024, length: 1024 * 1024 });
      assert.equal(asked.length, 2, 'its node and the one part');
    });

    it('whose parts contradict their declared sizes are rejected', async () => {
      const part = await putBlock(0x55, Buffer.from('12345'));
      for (const [blockSizes, links] of [
        [[4n], 1],
        [[6n], 1],
        [[5n], 2],
        [[5n, 5n], 1],
        [[2n ** 40n], 1],
      ] as const) {
        const file = new UnixFS({ type: 'file', blockSizes: [...blockSizes] });
        const cid = await node(
          file,
          Array.from({ length: links }, () => ({ name: '', cid: part })),
        );
        await assert.rejects(readRange(reader(), cid, { offset: 0, length: 10 }), { name: 'RecordInvalid' });
      }
    });

    it('that nest each other a thousand times end with an error quickly', async () => {
      let inner = await putBlock(0x55, Buffer.alloc(1));
      let size = 1n;
      for (let depth = 0; depth < 40; depth++) {
        const file = new UnixFS({ type: 'file', blockSizes: [size] });
        inner = await node(file, [{ name: '', cid: inner }]);
      }
      await assert.rejects(readRange(reader(), inner, { offset: 0, length: 1 }), { name: 'RecordInvalid' });
      size = 0n;
      const nothing = await putBlock(0x55, Buffer.alloc(0));
      const file = new UnixFS({ type: 'file', blockSizes: Array.from({ length: 1000 }, () => size) });
      const cid = await node(
        file,
        Array.from({ length: 1000 }, () => ({ name: '', cid: nothing })),
      );
      assert.equal((await readRange(reader(), cid, { offset: 0, length: 10 })).bytes.length, 0);
      assert.equal(asked.length, 1);
    });
  });

  describe('a hostile tree', () => {
    it('of folders that hold one folder a hundred times, twelve deep, ends with an error', async () => {
      let inner = await node(directory, [{ name: 'f', cid: await putBlock(0x55, Buffer.from('x')) }]);
      for (let depth = 0; depth < 12; depth++) {
        const child = inner;
        inner = await node(
          directory,
          Array.from({ length: 100 }, (_, index) => ({ name: `d${index}`, cid: child })),
        );
      }
      await assert.rejects(listReleaseFiles(reader(), inner), { name: 'RecordInvalid' });
      const other = await node(directory, [{ name: 'g', cid: inner }]);
      const trees = [inner, other].map((cid) => ({ reader: reader(), cid })) as [never, never];
      await assert.rejects(compareTrees(...trees), { name: 'RecordInvalid' });
    });

    it('of nested empty shards ends with an error', async () => {
      let inner = await node(shard(), []);
      for (let depth = 0; depth < 12; depth++) {
        const child = inner;
        const places = Array.from({ length: 256 }, (_, index) => index.toString(16).toUpperCase().padStart(2, '0'));
        inner = await node(
          shard(),
          places.map((name) => ({ name, cid: child })),
        );
      }
      await assert.rejects(listFolder(reader(), inner, ''), { name: 'RecordInvalid' });
      await assert.rejects(findEntry(reader(), inner, 'name'), { name: /^(RecordInvalid|FileNotFound)$/ });
      assert.ok(asked.length < 40);
    });

    it('with links, other codecs or a shard of an invalid width is rejected', async () => {
      const link = await node(new UnixFS({ type: 'symlink', data: Buffer.from('/etc/passwd') }), []);
      const linked = await node(directory, [{ name: 'passwd', cid: link }]);
      await assert.rejects(listFolder(reader(), linked, ''), { name: 'RecordInvalid' });
      const cbor = await putBlock(0x71, Buffer.from([0xa0]));
      await assert.rejects(findEntry(reader(), await node(directory, [{ name: 'x', cid: cbor }]), 'x'), {
        name: 'RecordInvalid',
      });
      for (const fanout of [0n, 1n, 2n ** 20n]) {
        const strange = new UnixFS({ type: 'hamt-sharded-directory', fanout, hashType: 0x22n });
        await assert.rejects(listFolder(reader(), await node(strange, []), ''), { name: 'RecordInvalid' });
      }
      const notShard = await node(shard(), [{ name: '00', cid: linked }]);
      await assert.rejects(listFolder(reader(), notShard, ''), { name: 'RecordInvalid' });
      const notNode = await putBlock(0x70, Buffer.from([1, 2, 3]));
      await assert.rejects(listFolder(reader(), notNode, ''), { name: 'RecordInvalid' });
    });
  });

  describe('two trees', () => {
    const before: Files = {
      ...MANY,
      'README.md': '# One',
      'same/deep/a.ts': 'a',
      'src/a.ts': 'a',
      'src/gone.ts': 'gone',
      'turns/into.txt': 'a folder becomes a file',
      file: 'a file becomes a folder',
      'large.bin': Buffer.alloc(3_000_000, 1),
    };
    const after: Files = {
      ...MANY,
      [Object.keys(MANY)[7] ?? '']: 'changed',
      'README.md': '# Two!',
      'same/deep/a.ts': 'a',
      'src/a.ts': 'a',
      'src/new.ts': 'new',
      turns: 'file',
      'file/inside.txt': 'x',
      'new/folder/b.ts': 'bb',
      'large.bin': Buffer.alloc(4_000_000, 2),
    };

    it('differ in the changed files, and equal parts are not read', async () => {
      const roots = [await imported(before), await imported(after)] as const;
      const both = reader();
      const changes = await compareTrees({ reader: both, cid: roots[0] }, { reader: both, cid: roots[1] });
      assert.deepEqual(changes, [
        { path: 'README.md', kind: 'changed', before: 5, after: 6 },
        { path: 'file', kind: 'removed', before: 23 },
        { path: 'file/inside.txt', kind: 'added', after: 1 },
        { path: 'large.bin', kind: 'changed', before: 3_000_000, after: 4_000_000 },
        { path: Object.keys(MANY)[7], kind: 'changed', before: 6, after: 7 },
        { path: 'new/folder/b.ts', kind: 'added', after: 2 },
        { path: 'src/gone.ts', kind: 'removed', before: 4 },
        { path: 'src/new.ts', kind: 'added', after: 3 },
        { path: 'turns', kind: 'added', after: 4 },
        { path: 'turns/into.txt', kind: 'removed', before: 23 },
      ]);
      const { cid: same } = await findEntry(reader(), roots[0], 'same');
      asked = [];
      await compareTrees({ reader: both, cid: roots[0] }, { reader: both, cid: roots[1] });
      assert.ok(asked.length > 0);
      assert.ok(!asked.includes(same.toString()));
      const raw = asked.filter((cid) => CID.parse(cid).code === 0x55);
      assert.deepEqual(raw, [], 'no content of a file');
    });

    it('differ in execute bits, which are told from changed content', async () => {
      const large = new Uint8Array(2_500_000).fill(3);
      const rest = { 'a.sh': 'a', 'b/large': large, empty: '', same: 's' };
      const one = await imported({ ...rest, 'c.sh': 'c', 'd.sh': 'd' }, ['a.sh', 'c.sh', 'empty', 'same']);
      const other = await imported({ ...rest, 'c.sh': 'changed', 'e.sh': 'e' }, ['b/large', 'e.sh', 'same']);
      const both = reader();
      assert.deepEqual(await compareTrees({ reader: both, cid: one }, { reader: both, cid: other }), [
        { path: 'a.sh', kind: 'mode', before: 1, after: 1, executable: false },
        { path: 'b/large', kind: 'mode', before: large.length, after: large.length, executable: true },
        { path: 'c.sh', kind: 'changed', before: 1, after: 7, executable: false },
        { path: 'd.sh', kind: 'removed', before: 1 },
        { path: 'e.sh', kind: 'added', after: 1, executable: true },
        { path: 'empty', kind: 'mode', before: 0, after: 0, executable: false },
      ]);
      assert.deepEqual(await listReleaseFiles(reader(), other), [
        { path: 'a.sh', size: 1 },
        { path: 'b/large', size: large.length, executable: true },
        { path: 'c.sh', size: 7 },
        { path: 'e.sh', size: 1, executable: true },
        { path: 'empty', size: 0 },
        { path: 'same', size: 1, executable: true },
      ]);
      const { cid, size, executable } = await findEntry(reader(), other, 'e.sh');
      assert.deepEqual([size, executable], [1, true]);
      const { bytes } = await readRange(reader(), cid, { offset: 0, length: 10 });
      assert.equal(Buffer.from(bytes).toString(), 'e');
    });

    it('that are equal need no block', async () => {
      const cid = await imported(before);
      const both = reader();
      assert.deepEqual(await compareTrees({ reader: both, cid }, { reader: both, cid }), []);
      assert.deepEqual(asked, []);
    });
  });

  it('end when aborted', async () => {
    const root = await imported(MANY);
    const abort = new AbortController();
    const one = reader(abort.signal);
    const listing = listReleaseFiles(one, root);
    abort.abort();
    await assert.rejects(listing, { name: 'AbortError' });
  });
});
