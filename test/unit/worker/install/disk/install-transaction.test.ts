import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { openCatalog } from '../../../../../src/worker/catalog/catalog.ts';
import type { Catalog } from '../../../../../src/worker/catalog/catalog.ts';
import type { InstallTransaction, Swap } from '../../../../../src/worker/catalog/tables/install-transactions.ts';
import {
  runInstallTransaction,
  recoverInstallTransactions,
} from '../../../../../src/worker/install/disk/install-transaction.ts';
import { STAGING_PREFIX } from '../../../../../src/worker/install/disk/staging-prefix.ts';

/** Simulates a kill after each rename of a transaction, for everything that may exist at the target. */
describe('an interrupted install transaction', () => {
  let folder: string;
  let catalog: Catalog;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ggen-exchange-'));
    catalog = await openCatalog(join(folder, 'data'));
  });
  afterEach(async () => {
    catalog.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Returns the content of the target's folder: path -> text. */
  async function state(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    const place = join(folder, 'place');
    for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      found[path.slice(place.length + 1)] = entry.isDirectory() ? '/' : await readFile(path, 'utf8');
    }
    return found;
  }

  async function create(path: string, kind: 'folder' | 'file', text: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    if (kind === 'file') await writeFile(path, text);
    else {
      await mkdir(path);
      await writeFile(join(path, 'content'), text);
    }
  }

  function createSwap(name: string, before: Swap['before'], hasReplacement: boolean): Swap {
    const siblingPath = (prefix: string): string => join(folder, 'place', `${STAGING_PREFIX}${prefix}${name}`);
    const target = join(folder, 'place', name);
    return { target, before, backup: siblingPath('old-'), ...(hasReplacement ? { staging: siblingPath('') } : {}) };
  }

  const cases: readonly {
    readonly before: Swap['before'];
    readonly hasReplacement: boolean;
    readonly kind: 'folder' | 'file';
  }[] = [
    { before: 'folder', hasReplacement: true, kind: 'folder' },
    { before: 'folder', hasReplacement: false, kind: 'folder' },
    { before: 'file', hasReplacement: true, kind: 'file' },
    { before: 'nothing', hasReplacement: true, kind: 'folder' },
    { before: 'nothing', hasReplacement: true, kind: 'file' },
    { before: 'empty-folder', hasReplacement: true, kind: 'folder' },
  ];

  /** The renames of one swap, in order. */
  function steps({ target, staging, backup, before }: Swap): (() => Promise<unknown>)[] {
    const removalSteps =
      before === 'folder'
        ? [() => rename(target, backup)]
        : before === 'file'
          ? [async () => writeFile(backup, await readFile(target))]
          : before === 'empty-folder'
            ? [() => rmdir(target)]
            : [];
    return [...removalSteps, ...(staging === undefined ? [] : [() => rename(staging, target)])];
  }

  async function prepare(one: (typeof cases)[number]): Promise<Swap> {
    await mkdir(join(folder, 'place'), { recursive: true });
    const made = createSwap('thing', one.before, one.hasReplacement);
    if (one.before === 'folder' || one.before === 'file') await create(made.target, one.kind, 'old');
    if (one.before === 'empty-folder') await mkdir(made.target);
    if (made.staging !== undefined) await create(made.staging, one.kind, 'new');
    return made;
  }

  for (const one of cases) {
    const title = `${one.kind} for ${one.before}${one.hasReplacement ? '' : ', which is removed'}`;

    it(`is rolled back at every step: ${title}`, async () => {
      const made = await prepare(one);
      const all = steps(made).length;
      for (let done = 0; done <= all; done++) {
        await rm(join(folder, 'place'), { recursive: true });
        await prepare(one);
        const staging = made.staging;
        if (staging !== undefined) await rm(staging, { recursive: true });
        const old = await state();
        if (staging !== undefined) await create(staging, one.kind, 'new');
        catalog.installTransactions.save({ id: 'cut-off', phase: 'swapping', swaps: [made], createdFolders: [] });
        for (const step of steps(made).slice(0, done)) await step();
        await recoverInstallTransactions(catalog.installTransactions);
        assert.deepEqual(await state(), old, `after ${done} of ${all} steps`);
        assert.deepEqual(catalog.installTransactions.list(), []);
        // Recovery may be interrupted as well, and starts again.
        catalog.installTransactions.save({ id: 'cut-off', phase: 'swapping', swaps: [made], createdFolders: [] });
        await recoverInstallTransactions(catalog.installTransactions);
        assert.deepEqual(await state(), old, 'recovery may run twice');
      }
    });

    it(`is completed once it is committed: ${title}`, async () => {
      const made = await prepare(one);
      catalog.installTransactions.save({ id: 'cut-off', phase: 'done', swaps: [made], createdFolders: [] });
      for (const step of steps(made)) await step();
      await recoverInstallTransactions(catalog.installTransactions);
      const left = await state();
      assert.deepEqual(
        Object.keys(left).filter((path) => path.includes('staging')),
        [],
      );
      assert.equal(left[one.kind === 'file' ? 'thing' : 'thing/content'], one.hasReplacement ? 'new' : undefined);
    });
  }

  it('removes staged files and the folders created for them, but no files of the user', async () => {
    const made = createSwap('deep', 'nothing', true);
    await create(made.staging ?? '', 'folder', 'new');
    const note: InstallTransaction = {
      id: 'cut-off',
      phase: 'staging',
      swaps: [made],
      createdFolders: [join(folder, 'place')],
    };
    catalog.installTransactions.save(note);
    await recoverInstallTransactions(catalog.installTransactions);
    await assert.rejects(readdir(join(folder, 'place')), { code: 'ENOENT' });
    await create(join(folder, 'place', 'mine.txt'), 'file', 'mine');
    await create(made.staging ?? '', 'folder', 'new');
    catalog.installTransactions.save(note);
    await recoverInstallTransactions(catalog.installTransactions);
    assert.deepEqual(await state(), { 'mine.txt': 'mine' });
  });

  it('touches no path outside of the transaction', async () => {
    await create(join(folder, 'place', 'mine'), 'folder', 'mine');
    const place = join(folder, 'place');
    const forged: Swap = {
      target: join(place, 'x'),
      staging: join(place, 'mine'),
      backup: join(place, 'mine'),
      before: 'folder',
    };
    for (const phase of ['staging', 'swapping', 'done'] as const) {
      catalog.installTransactions.save({ id: phase, phase, swaps: [forged], createdFolders: [] });
    }
    await recoverInstallTransactions(catalog.installTransactions);
    assert.deepEqual(await state(), { mine: '/', 'mine/content': 'mine' });
  });

  it('waits until an unmounted disk is back', async () => {
    const made = createSwap('thing', 'folder', true);
    catalog.installTransactions.save({ id: 'away', phase: 'swapping', swaps: [made], createdFolders: [] });
    await recoverInstallTransactions(catalog.installTransactions);
    assert.equal(catalog.installTransactions.list().length, 1, 'recovery completes when the folder is available');
    await create(made.backup, 'folder', 'old');
    await create(made.staging ?? '', 'folder', 'new');
    await recoverInstallTransactions(catalog.installTransactions);
    assert.deepEqual(await state(), { thing: '/', 'thing/content': 'old' });
  });

  it('is atomic: a failure in the middle rolls back all earlier steps', async () => {
    const first = await prepare({ before: 'folder', hasReplacement: true, kind: 'folder' });
    const second = createSwap('other', 'nothing', true);
    await create(second.staging ?? '', 'folder', 'new');
    await create(second.target, 'file', 'written by another program');
    const note: InstallTransaction = { id: 'both', phase: 'staging', swaps: [first, second], createdFolders: [] };
    let recorded = false;
    const failedTransaction = runInstallTransaction(note, catalog.installTransactions, () => {
      recorded = true;
    });
    await assert.rejects(failedTransaction, { code: 'EEXIST' });
    assert.equal(recorded, false);
    assert.deepEqual(await state(), { thing: '/', 'thing/content': 'old', other: 'written by another program' });
    assert.deepEqual(catalog.installTransactions.list(), []);
    assert.equal(basename(first.target), 'thing');
  });

  it('is rolled back when the catalog cannot be written', async () => {
    const made = await prepare({ before: 'folder', hasReplacement: true, kind: 'folder' });
    const note: InstallTransaction = { id: 'note', phase: 'staging', swaps: [made], createdFolders: [] };
    const failedTransaction = runInstallTransaction(note, catalog.installTransactions, () => {
      throw new Error('the disk is full');
    });
    await assert.rejects(failedTransaction, /the disk is full/);
    assert.deepEqual(await state(), { thing: '/', 'thing/content': 'old' });
    assert.deepEqual(catalog.installTransactions.list(), []);
  });
});
