import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { openCatalogue } from '../../../../../src/worker/catalog/catalogue.ts';
import type { Catalogue } from '../../../../../src/worker/catalog/catalogue.ts';
import type { ExchangeNote, Swap } from '../../../../../src/worker/catalog/tables/exchanges.ts';
import { exchange, healExchanges } from '../../../../../src/worker/install/disk/exchange.ts';
import { STAGING_PREFIX } from '../../../../../src/worker/install/disk/staging-prefix.ts';

/** Every step of an exchange at which a kill may come, one by one, for everything that may stand at the target. */
describe('an exchange that was cut off', () => {
  let folder: string;
  let catalogue: Catalogue;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ggen-exchange-'));
    catalogue = await openCatalogue(join(folder, 'data'));
  });
  afterEach(async () => {
    catalogue.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What stands in the place where things are exchanged: path -> text. */
  async function state(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    const place = join(folder, 'place');
    for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      found[path.slice(place.length + 1)] = entry.isDirectory() ? '/' : await readFile(path, 'utf8');
    }
    return found;
  }

  async function put(path: string, kind: 'folder' | 'file', text: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    if (kind === 'file') await writeFile(path, text);
    else {
      await mkdir(path);
      await writeFile(join(path, 'content'), text);
    }
  }

  function swap(name: string, before: Swap['before'], comes: boolean): Swap {
    const beside = (mark: string): string => join(folder, 'place', `${STAGING_PREFIX}${mark}${name}`);
    const target = join(folder, 'place', name);
    return { target, before, aside: beside('old-'), ...(comes ? { staging: beside('') } : {}) };
  }

  const cases: readonly {
    readonly before: Swap['before'];
    readonly comes: boolean;
    readonly kind: 'folder' | 'file';
  }[] = [
    { before: 'folder', comes: true, kind: 'folder' },
    { before: 'folder', comes: false, kind: 'folder' },
    { before: 'file', comes: true, kind: 'file' },
    { before: 'nothing', comes: true, kind: 'folder' },
    { before: 'nothing', comes: true, kind: 'file' },
    { before: 'empty-folder', comes: true, kind: 'folder' },
  ];

  /** The renames of one exchange, in their order. */
  function steps({ target, staging, aside, before }: Swap): (() => Promise<unknown>)[] {
    const away =
      before === 'folder'
        ? [() => rename(target, aside)]
        : before === 'file'
          ? [async () => writeFile(aside, await readFile(target))]
          : before === 'empty-folder'
            ? [() => rmdir(target)]
            : [];
    return [...away, ...(staging === undefined ? [] : [() => rename(staging, target)])];
  }

  async function prepare(one: (typeof cases)[number]): Promise<Swap> {
    await mkdir(join(folder, 'place'), { recursive: true });
    const made = swap('thing', one.before, one.comes);
    if (one.before === 'folder' || one.before === 'file') await put(made.target, one.kind, 'old');
    if (one.before === 'empty-folder') await mkdir(made.target);
    if (made.staging !== undefined) await put(made.staging, one.kind, 'new');
    return made;
  }

  for (const one of cases) {
    const title = `${one.kind} for ${one.before}${one.comes ? '' : ', which is removed'}`;

    it(`is taken back at every step: ${title}`, async () => {
      const made = await prepare(one);
      const all = steps(made).length;
      for (let done = 0; done <= all; done++) {
        await rm(join(folder, 'place'), { recursive: true });
        await prepare(one);
        const staging = made.staging;
        if (staging !== undefined) await rm(staging, { recursive: true });
        const old = await state();
        if (staging !== undefined) await put(staging, one.kind, 'new');
        catalogue.exchanges.put({ id: 'cut-off', phase: 'swapping', swaps: [made], made: [] });
        for (const step of steps(made).slice(0, done)) await step();
        await healExchanges(catalogue.exchanges);
        assert.deepEqual(await state(), old, `after ${done} of ${all} steps`);
        assert.deepEqual(catalogue.exchanges.list(), []);
        // Healing may be cut off too, and begins anew.
        catalogue.exchanges.put({ id: 'cut-off', phase: 'swapping', swaps: [made], made: [] });
        await healExchanges(catalogue.exchanges);
        assert.deepEqual(await state(), old, 'healed twice');
      }
    });

    it(`is finished once it counts: ${title}`, async () => {
      const made = await prepare(one);
      catalogue.exchanges.put({ id: 'cut-off', phase: 'done', swaps: [made], made: [] });
      for (const step of steps(made)) await step();
      await healExchanges(catalogue.exchanges);
      const left = await state();
      assert.deepEqual(
        Object.keys(left).filter((path) => path.includes('staging')),
        [],
      );
      assert.equal(left[one.kind === 'file' ? 'thing' : 'thing/content'], one.comes ? 'new' : undefined);
    });
  }

  it('removes what was only staged, and the folders made for it, but nothing of the user', async () => {
    const made = swap('deep', 'nothing', true);
    await put(made.staging ?? '', 'folder', 'new');
    const note: ExchangeNote = { id: 'cut-off', phase: 'staging', swaps: [made], made: [join(folder, 'place')] };
    catalogue.exchanges.put(note);
    await healExchanges(catalogue.exchanges);
    await assert.rejects(readdir(join(folder, 'place')), { code: 'ENOENT' });
    await put(join(folder, 'place', 'mine.txt'), 'file', 'mine');
    await put(made.staging ?? '', 'folder', 'new');
    catalogue.exchanges.put(note);
    await healExchanges(catalogue.exchanges);
    assert.deepEqual(await state(), { 'mine.txt': 'mine' });
  });

  it('touches nothing that an installation did not name', async () => {
    await put(join(folder, 'place', 'mine'), 'folder', 'mine');
    const place = join(folder, 'place');
    const forged: Swap = {
      target: join(place, 'x'),
      staging: join(place, 'mine'),
      aside: join(place, 'mine'),
      before: 'folder',
    };
    for (const phase of ['staging', 'swapping', 'done'] as const) {
      catalogue.exchanges.put({ id: phase, phase, swaps: [forged], made: [] });
    }
    await healExchanges(catalogue.exchanges);
    assert.deepEqual(await state(), { mine: '/', 'mine/content': 'mine' });
  });

  it('waits for a disk that is not there', async () => {
    const made = swap('thing', 'folder', true);
    catalogue.exchanges.put({ id: 'away', phase: 'swapping', swaps: [made], made: [] });
    await healExchanges(catalogue.exchanges);
    assert.equal(catalogue.exchanges.list().length, 1, 'it is healed when its folder is back');
    await put(made.aside, 'folder', 'old');
    await put(made.staging ?? '', 'folder', 'new');
    await healExchanges(catalogue.exchanges);
    assert.deepEqual(await state(), { thing: '/', 'thing/content': 'old' });
  });

  it('is all or nothing: a failure in the middle takes back what was done before it', async () => {
    const first = await prepare({ before: 'folder', comes: true, kind: 'folder' });
    const second = swap('other', 'nothing', true);
    await put(second.staging ?? '', 'folder', 'new');
    await put(second.target, 'file', 'somebody was faster');
    const note: ExchangeNote = { id: 'both', phase: 'staging', swaps: [first, second], made: [] };
    let recorded = false;
    const cut = exchange(note, catalogue.exchanges, () => {
      recorded = true;
    });
    await assert.rejects(cut, { code: 'EEXIST' });
    assert.equal(recorded, false);
    assert.deepEqual(await state(), { thing: '/', 'thing/content': 'old', other: 'somebody was faster' });
    assert.deepEqual(catalogue.exchanges.list(), []);
    assert.equal(basename(first.target), 'thing');
  });

  it('is taken back when the catalogue cannot be written', async () => {
    const made = await prepare({ before: 'folder', comes: true, kind: 'folder' });
    const note: ExchangeNote = { id: 'note', phase: 'staging', swaps: [made], made: [] };
    const failing = exchange(note, catalogue.exchanges, () => {
      throw new Error('the disk is full');
    });
    await assert.rejects(failing, /the disk is full/);
    assert.deepEqual(await state(), { thing: '/', 'thing/content': 'old' });
    assert.deepEqual(catalogue.exchanges.list(), []);
  });
});
