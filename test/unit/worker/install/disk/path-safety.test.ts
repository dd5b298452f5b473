import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode, prepare } from '@ipld/dag-pb';
import { MemoryBlockstore } from 'blockstore-core';
import fc from 'fast-check';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { errorName } from '../../../../../src/shared/errors.ts';
import { openCatalog } from '../../../../../src/worker/catalog/catalog.ts';
import { collectBytes } from '../../../../../src/worker/blocks/block-storage.ts';
import { Umask } from '../../../../../src/worker/install/disk/umask.ts';
import { installTrees } from '../../../../../src/worker/install/disk/install-trees.ts';
import { withFolder } from '../../catalog/support.ts';

const signal = new AbortController().signal;

/** Builds the trees of a hostile publisher: directories with arbitrary names, which no importer creates. */
class TreeForger {
  readonly store = new MemoryBlockstore();

  async raw(bytes: Uint8Array): Promise<CID> {
    return this.#putBlock(0x55, bytes);
  }

  async directory(entries: readonly (readonly [string, CID])[]): Promise<CID> {
    const Links = entries.map(([Name, Hash]) => ({ Name, Hash, Tsize: 1 }));
    return this.#putBlock(0x70, encode(prepare({ Data: new UnixFS({ type: 'directory' }).marshal(), Links })));
  }

  async special(type: 'symlink' | 'metadata', data: string): Promise<CID> {
    const unixfs = new UnixFS({ type, data: Buffer.from(data) });
    return this.#putBlock(0x70, encode(prepare({ Data: unixfs.marshal(), Links: [] })));
  }

  /** A file whose declared block sizes are wrong. */
  async file(blocks: readonly CID[], sizes: readonly bigint[]): Promise<CID> {
    const unixfs = new UnixFS({ type: 'file', blockSizes: [...sizes] });
    const Links = blocks.map((Hash) => ({ Name: '', Hash, Tsize: 1 }));
    return this.#putBlock(0x70, encode(prepare({ Data: unixfs.marshal(), Links })));
  }

  async #putBlock(code: number, bytes: Uint8Array): Promise<CID> {
    const cid = CID.createV1(code, await sha256.digest(bytes));
    await this.store.put(cid, bytes);
    return cid;
  }
}

/** Lists everything below a folder; folders end with a slash. */
async function listing(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .map((one) => join(one.parentPath, one.name).slice(folder.length + 1) + (one.isDirectory() ? '/' : ''))
    .sort();
}

describe('installing from a malicious publisher', () => {
  /** Installs, and returns the content of the target's parent or the error's name. */
  async function outcome(forger: TreeForger, root: CID, size = 1_000_000): Promise<string[] | string> {
    return withFolder(async (folder) => {
      const parent = join(folder, 'parent');
      await mkdir(parent);
      await writeFile(join(parent, 'sentinel'), '');
      const catalog = await openCatalog(join(folder, 'data'));
      try {
        const get = (cid: CID): Promise<Uint8Array> => collectBytes(forger.store.get(cid));
        const failed = await installTrees(
          [{ target: join(parent, 'target'), before: 'nothing', next: { root, size, files: 1 } }],
          [],
          {
            transactions: catalog.installTransactions,
            get,
            getPrevious: get,
            signal,
            onProgress: () => undefined,
            umask: new Umask(undefined),
            overwrite: () => new Set(),
          },
          () => undefined,
        ).then(() => undefined, errorName);
        const found = await listing(parent);
        assert.deepEqual(catalog.installTransactions.list(), [], 'no transaction is left in the log');
        assert.deepEqual(await listing(folder).then((all) => all.filter((path) => !/^(data|parent)\//.test(path))), []);
        if (failed === undefined) return found.filter((path) => path.startsWith('target/'));
        assert.deepEqual(found, ['sentinel'], 'nothing is left of a refused installation');
        return failed;
      } finally {
        catalog.close();
      }
    });
  }

  it('writes only inside its folder, exactly the named files, or nothing', async function () {
    this.timeout(240_000);
    const nasty = fc.constantFrom(
      '..',
      '.',
      '',
      'a/b',
      '../x',
      '/etc',
      'C:',
      'a\\b',
      'nul',
      'CON.txt',
      'x.',
      'y ',
      '.git',
      'a\0b',
      'é',
      'e\u0301',
      'A',
      'a',
      'ß',
      'SS',
      '\u202etxt',
      'a:b',
      '~',
      '-rf',
      '.ggen-staging-x',
      'b'.repeat(300),
    );
    const name = fc.oneof(nasty, fc.string({ maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 6 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(name, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 }),
        async (paths) => {
          const forger = new TreeForger();
          const leaf = await forger.raw(Buffer.from('x'));
          const entries: [string, CID][] = [];
          for (const [first = '', ...rest] of paths) {
            let cid = leaf;
            for (const segment of rest.toReversed()) cid = await forger.directory([[segment, cid]]);
            entries.push([first, cid]);
          }
          const found = await outcome(forger, await forger.directory(entries));
          if (typeof found === 'string') assert.match(found, /^(UnsafePath|RecordInvalid)$/);
          else {
            const expected = paths.map((segments) => ['target', ...segments].join('/')).sort();
            assert.deepEqual(
              found.filter((path) => !path.endsWith('/')),
              expected,
            );
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('rejects links and special files', async () => {
    const forger = new TreeForger();
    for (const type of ['symlink', 'metadata'] as const) {
      const root = await forger.directory([['x', await forger.special(type, '/etc/passwd')]]);
      assert.equal(await outcome(forger, root), 'UnsafePath');
    }
    assert.equal(await outcome(forger, await forger.raw(Buffer.from('no directory'))), 'RecordInvalid');
  });

  it('rejects more content than the record states, and directories that nest each other a million times', async () => {
    const forger = new TreeForger();
    const block = await forger.raw(Buffer.alloc(1000));
    const many = await forger.directory(Array.from({ length: 50 }, (_, index) => [`f${index}`, block] as const));
    assert.equal(await outcome(forger, many, 10_000), 'RecordInvalid');
    let nestedDirectory = await forger.directory([]);
    for (let depth = 0; depth < 40; depth++) {
      nestedDirectory = await forger.directory([
        ['a', nestedDirectory],
        ['b', nestedDirectory],
      ]);
    }
    assert.equal(await outcome(forger, nestedDirectory), 'RecordInvalid');
  });

  it('rejects files whose blocks contradict their declared sizes', async () => {
    const forger = new TreeForger();
    const block = await forger.raw(Buffer.alloc(100, 1));
    for (const sizes of [[99n], [0n], [2n ** 62n], []]) {
      const root = await forger.directory([['x', await forger.file([block], sizes)]]);
      assert.equal(await outcome(forger, root), 'RecordInvalid', sizes.join());
    }
    const good = await forger.directory([['x', await forger.file([block, block], [100n, 100n])]]);
    assert.deepEqual(await outcome(forger, good), ['target/', 'target/x']);
  });
});
