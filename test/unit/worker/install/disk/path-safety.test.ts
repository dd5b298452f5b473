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
import { openCatalogue } from '../../../../../src/worker/catalog/catalogue.ts';
import { collect } from '../../../../../src/worker/blocks/blocks.ts';
import { installTrees } from '../../../../../src/worker/install/disk/install-trees.ts';
import { withFolder } from '../../catalog/support.ts';

const signal = new AbortController().signal;

/** A hostile publisher's workshop: directories with any names, which no importer would make. */
class Forge {
  readonly store = new MemoryBlockstore();

  async raw(bytes: Uint8Array): Promise<CID> {
    return this.#put(0x55, bytes);
  }

  async directory(entries: readonly (readonly [string, CID])[]): Promise<CID> {
    const Links = entries.map(([Name, Hash]) => ({ Name, Hash, Tsize: 1 }));
    return this.#put(0x70, encode(prepare({ Data: new UnixFS({ type: 'directory' }).marshal(), Links })));
  }

  async special(type: 'symlink' | 'metadata', data: string): Promise<CID> {
    const unixfs = new UnixFS({ type, data: Buffer.from(data) });
    return this.#put(0x70, encode(prepare({ Data: unixfs.marshal(), Links: [] })));
  }

  /** A file that claims sizes which its blocks do not have. */
  async file(blocks: readonly CID[], sizes: readonly bigint[]): Promise<CID> {
    const unixfs = new UnixFS({ type: 'file', blockSizes: [...sizes] });
    const Links = blocks.map((Hash) => ({ Name: '', Hash, Tsize: 1 }));
    return this.#put(0x70, encode(prepare({ Data: unixfs.marshal(), Links })));
  }

  async #put(code: number, bytes: Uint8Array): Promise<CID> {
    const cid = CID.createV1(code, await sha256.digest(bytes));
    await this.store.put(cid, bytes);
    return cid;
  }
}

/** Everything below a folder, folders with a slash at their end. */
async function listing(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .map((one) => join(one.parentPath, one.name).slice(folder.length + 1) + (one.isDirectory() ? '/' : ''))
    .sort();
}

describe('installing what a hostile publisher made', () => {
  /** Install and return what is in the parent of the target then, or the error's name. */
  async function outcome(forge: Forge, root: CID, size = 1_000_000): Promise<string[] | string> {
    return withFolder(async (folder) => {
      const parent = join(folder, 'parent');
      await mkdir(parent);
      await writeFile(join(parent, 'sentinel'), '');
      const catalogue = await openCatalogue(join(folder, 'data'));
      try {
        const get = (cid: CID): Promise<Uint8Array> => collect(forge.store.get(cid));
        const failed = await installTrees(
          [{ target: join(parent, 'target'), before: 'nothing', next: { root, size, files: 1 } }],
          [],
          {
            notes: catalogue.exchanges,
            get,
            getOld: get,
            signal,
            onProgress: () => undefined,
            overwrite: () => new Set(),
          },
          () => undefined,
        ).then(() => undefined, errorName);
        const found = await listing(parent);
        assert.deepEqual(catalogue.exchanges.list(), [], 'no note is left');
        assert.deepEqual(await listing(folder).then((all) => all.filter((path) => !/^(data|parent)\//.test(path))), []);
        if (failed === undefined) return found.filter((path) => path.startsWith('target/'));
        assert.deepEqual(found, ['sentinel'], 'nothing is left of what was refused');
        return failed;
      } finally {
        catalogue.close();
      }
    });
  }

  it('writes inside its folder, exactly what the names say, or nothing at all', async function () {
    this.timeout(60_000);
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
          const forge = new Forge();
          const leaf = await forge.raw(Buffer.from('x'));
          const entries: [string, CID][] = [];
          for (const [first = '', ...rest] of paths) {
            let cid = leaf;
            for (const segment of rest.toReversed()) cid = await forge.directory([[segment, cid]]);
            entries.push([first, cid]);
          }
          const found = await outcome(forge, await forge.directory(entries));
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

  it('refuses links and what is no file', async () => {
    const forge = new Forge();
    for (const type of ['symlink', 'metadata'] as const) {
      const root = await forge.directory([['x', await forge.special(type, '/etc/passwd')]]);
      assert.equal(await outcome(forge, root), 'UnsafePath');
    }
    assert.equal(await outcome(forge, await forge.raw(Buffer.from('no directory'))), 'RecordInvalid');
  });

  it('refuses more than the record says, and directories that name each other a million times over', async () => {
    const forge = new Forge();
    const block = await forge.raw(Buffer.alloc(1000));
    const many = await forge.directory(Array.from({ length: 50 }, (_, index) => [`f${index}`, block] as const));
    assert.equal(await outcome(forge, many, 10_000), 'RecordInvalid');
    let bomb = await forge.directory([]);
    for (let depth = 0; depth < 40; depth++) {
      bomb = await forge.directory([
        ['a', bomb],
        ['b', bomb],
      ]);
    }
    assert.equal(await outcome(forge, bomb), 'RecordInvalid');
  });

  it('refuses files that are not put together as they claim', async () => {
    const forge = new Forge();
    const block = await forge.raw(Buffer.alloc(100, 1));
    for (const sizes of [[99n], [0n], [2n ** 62n], []]) {
      const root = await forge.directory([['x', await forge.file([block], sizes)]]);
      assert.equal(await outcome(forge, root), 'RecordInvalid', sizes.join());
    }
    const good = await forge.directory([['x', await forge.file([block, block], [100n, 100n])]]);
    assert.deepEqual(await outcome(forge, good), ['target/', 'target/x']);
  });
});
