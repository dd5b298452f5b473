import assert from 'node:assert/strict';
import { MemoryBlockstore } from 'blockstore-core';
import { importTree } from '../../../../src/worker/dag/unixfs-import.ts';
import type { ImportFile } from '../../../../src/worker/dag/unixfs-import.ts';
import { collectBytes } from '../../../../src/worker/blocks/block-storage.ts';
import { fileContent } from '../../../../src/worker/install/disk/file-leaves.ts';
import { listTreeFiles } from '../../../../src/worker/install/disk/tree-files.ts';
import type { GetBlock } from '../../../../src/worker/install/disk/tree-files.ts';

function file(path: string, content: string | Uint8Array): ImportFile {
  const bytes = Buffer.from(content);
  return {
    path,
    size: bytes.length,
    async *open() {
      await Promise.resolve();
      // Two chunks, so that the result cannot depend on how a file is read.
      yield bytes.subarray(0, bytes.length >> 1);
      yield bytes.subarray(bytes.length >> 1);
    },
  };
}

const signal = new AbortController().signal;
const onFile = (): void => undefined;

function blocksOf(store: MemoryBlockstore): GetBlock {
  return (cid) => collectBytes(store.get(cid));
}

describe('importing a tree', () => {
  it('Leaves are raw sha2-256 blocks under CIDv1: the CID of a small file is the hash of its bytes.', async () => {
    const files = [file('b.txt', 'b\n'), file('dir/a.txt', 'a\n'), file('empty', '')];
    const { root } = await importTree(files, new MemoryBlockstore(), { signal, onFile });
    const repeated = await importTree(files.toReversed(), new MemoryBlockstore(), { signal, onFile });
    assert.equal(root.toString(), repeated.root.toString());
    // Leaves are raw blocks of sha2-256 under CIDv1: the CID of a small file is the hash of its bytes.
    const { files: cids } = await importTree([file('hello', 'hello world')], new MemoryBlockstore(), {
      signal,
      onFile,
    });
    assert.equal(cids.get('hello')?.toString(), 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e');
  });

  it('is read back file by file, equal to what went in', async () => {
    const store = new MemoryBlockstore();
    const large = new Uint8Array(2_500_000).map((_, index) => index % 251);
    const { root } = await importTree([file('x/large', large), file('small', 's')], store, { signal, onFile });
    const get = blocksOf(store);
    const files = await listTreeFiles(root, get, signal);
    assert.deepEqual(files.map(({ path }) => path).sort(), ['small', 'x/large']);
    const found = files.find(({ path }) => path === 'x/large');
    assert.ok(found !== undefined);
    assert.deepEqual(await collectBytes(fileContent(found.cid, get, signal)), Buffer.from(large));
  });

  it('stores thousands of files of one directory in one tree', async () => {
    const store = new MemoryBlockstore();
    const many = Array.from({ length: 6_000 }, (_, index) => file(`a-rather-long-file-name-${index}.txt`, `${index}`));
    const { root } = await importTree(many, store, { signal, onFile });
    const files = await listTreeFiles(root, blocksOf(store), signal);
    assert.deepEqual(files.map(({ path }) => path).sort(), many.map(({ path }) => path).sort());
  });

  it('rejects an empty tree', async () => {
    await assert.rejects(importTree([], new MemoryBlockstore(), { signal, onFile }), /no files to import/);
  });

  it('ends when it is canceled', async () => {
    const abort = new AbortController();
    const files = [file('a', 'a'), file('b', 'b'), file('c', 'c')];
    const work = importTree(files, new MemoryBlockstore(), {
      signal: abort.signal,
      onFile: () => {
        abort.abort();
      },
    });
    await assert.rejects(work, { name: 'AbortError' });
  });
});
