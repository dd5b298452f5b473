import assert from 'node:assert/strict';
import { unixfs } from '@helia/unixfs';
import { MemoryBlockstore } from 'blockstore-core';
import { createHeliaLight } from 'helia';
import type { CID } from 'multiformats/cid';
import { importTree } from '../../../../src/worker/dag/unixfs-import.ts';
import type { ImportFile } from '../../../../src/worker/dag/unixfs-import.ts';
import { collectBytes } from '../../../../src/worker/blocks/block-storage.ts';
import { DAG_PB, RAW } from '../../../../src/worker/dag/codecs.ts';
import { decodeUnixFs } from '../../../../src/worker/dag/nodes.ts';
import { listTreeFiles } from '../../../../src/worker/install/disk/tree-files.ts';

const signal = new AbortController().signal;
const onFile = (): void => undefined;

function file(path: string, content: string | Uint8Array, executable = false): ImportFile {
  const bytes = Buffer.from(content);
  return {
    path,
    size: bytes.length,
    executable,
    async *open() {
      await Promise.resolve();
      for (let at = 0; at < bytes.length; at += 300_000) yield bytes.subarray(at, at + 300_000);
    },
  };
}

const LARGE = new Uint8Array(2_500_000).map((_, index) => index % 251);

describe('executable files in a tree', () => {
  const store = new MemoryBlockstore();
  const node = async (cid: CID | undefined): Promise<ReturnType<typeof decodeUnixFs>> => {
    assert.ok(cid?.code === DAG_PB);
    return decodeUnixFs(await collectBytes(store.get(cid)));
  };

  it('link the leaves of the equal plain file, small, large and empty ones', async () => {
    const { files } = await importTree(
      [
        file('run.sh', '#!/bin/sh\n', true),
        file('copy.sh', '#!/bin/sh\n'),
        file('large', LARGE, true),
        file('plain', LARGE),
        file('empty', '', true),
      ],
      store,
      { signal, onFile },
    );
    const small = await node(files.get('run.sh'));
    assert.deepEqual([small.data.mode, small.data.data, small.data.fileSize()], [0o755, undefined, 10n]);
    assert.deepEqual(
      small.links.map(({ Hash }) => Hash.toString()),
      [files.get('copy.sh')?.toString()],
    );
    assert.equal(files.get('copy.sh')?.code, RAW);
    const leaves = async (path: string): Promise<string[]> =>
      (await node(files.get(path))).links.map(({ Hash }) => Hash.toString());
    assert.deepEqual(await leaves('large'), await leaves('plain'));
    assert.equal((await node(files.get('large'))).data.mode, 0o755);
    assert.deepEqual([(await node(files.get('empty'))).data.fileSize(), await leaves('empty')], [0n, []]);
  });

  it('change no CID of a tree without them', async () => {
    const root = async (files: readonly ImportFile[]): Promise<string> =>
      (await importTree(files, new MemoryBlockstore(), { signal, onFile })).root.toString();
    const script = file('bin/run.sh', '#!/bin/sh\n');
    const plain: ImportFile = { path: script.path, size: script.size, open: () => script.open() };
    assert.equal(await root([file('bin/run.sh', '#!/bin/sh\n')]), await root([plain]));
    assert.notEqual(await root([file('bin/run.sh', '#!/bin/sh\n', true)]), await root([plain]));
  });

  it('are read by plain Helia: it states the mode and the bytes', async () => {
    const helia = createHeliaLight({ blockstore: store });
    try {
      const { root, files } = await importTree(
        [file('bin/run.sh', 'echo\n', true), file('bin/large', LARGE, true), file('notes', 'n')],
        store,
        { signal, onFile },
      );
      const fs = unixfs(helia);
      for (const [path, content, mode] of [
        ['bin/run.sh', Buffer.from('echo\n'), 0o755],
        ['bin/large', Buffer.from(LARGE), 0o755],
        ['notes', Buffer.from('n'), undefined],
      ] as const) {
        const stat = await fs.stat(root, { path });
        assert.equal(stat.cid.toString(), files.get(path)?.toString());
        // Helia states 0644 for raw leaves, or nothing.
        assert.equal(stat.type === 'raw' ? undefined : stat.mode, mode, path);
        assert.deepEqual(Buffer.from(await collectBytes(fs.cat(root, { path }))), content);
      }
    } finally {
      await helia.stop();
    }
  });

  it('have exactly the mode 0755; every other mode in a foreign tree counts as none', async () => {
    const helia = createHeliaLight({ blockstore: store });
    try {
      const fs = unixfs(helia);
      let root = await fs.addDirectory();
      const modes = [0o644, 0o600, 0o700, 0o777, 0o4755, 0o2755, 0o1755, 0o6777, 0o755];
      for (const mode of modes) {
        const cid = await fs.addFile({ path: 'x', content: Buffer.from(`${mode}`), mode });
        root = await fs.cp(cid, root, mode.toString(8));
      }
      root = await fs.chmod(root, 0o4777);
      const get = (cid: CID): Promise<Uint8Array> => collectBytes(store.get(cid));
      const listed = await listTreeFiles(root, get, signal);
      assert.equal(listed.length, modes.length);
      assert.deepEqual(
        listed.filter(({ executable }) => executable).map(({ path }) => path),
        ['755/x'],
      );
    } finally {
      await helia.stop();
    }
  });
});
