import assert from 'node:assert/strict';
import { cp, mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstalledPackage } from '../../../src/shared/model.ts';
import { TestNetwork, waitForListing } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { LOCK, actions, installPackages } from './project-packages.ts';

describe('a project is known by its lock file', () => {
  let network: TestNetwork;
  let publisher: TestPeer;
  let reader: TestPeer;
  let project: string;
  let id: string;
  let parent: string;

  beforeEach(async () => {
    network = new TestNetwork();
    [publisher, reader] = await network.peers(2);
    parent = await network.folder();
    project = join(parent, 'project');
    await mkdir(project);
    ({ id } = await publisher.publish('mine', '1.0.0', { 'a.txt': '1\n', 'b.txt': '2\n' }));
    await publisher.publish('other', '1.0.0');
    await waitForListing(reader, id, '1.0.0');
    await waitForListing(reader, `${publisher.key.id}/other`, '1.0.0');
  });
  afterEach(() => network.close());

  const paths = (installed: readonly InstalledPackage[]): string[] => installed.map(({ path }) => path).sort();

  async function addPackages(folder?: string): Promise<void> {
    const request = { project, mode: 'add', packages: [id, 'other'] } as const;
    const { plan } = await reader.engine.planInstall(folder === undefined ? request : { ...request, folder });
    await reader.engine.applyPlan({ plan });
  }

  it('and by its real path, when it is reached through a symbolic link', async () => {
    const link = join(parent, 'link');
    await symlink(project, link);
    const { plan } = await reader.engine.planInstall({ project: link, mode: 'add', packages: [id] });
    await reader.engine.applyPlan({ plan });
    for (const spelled of [project, link]) {
      const second = await reader.engine.planInstall({ project: spelled, mode: 'lock' });
      assert.deepEqual([second.project, second.changes], [project, false]);
      const check = await reader.engine.verifyInstalled({ path: join(spelled, 'packages', 'mine') });
      assert.deepEqual([check.path, check.changed, check.missing], [join(project, 'packages', 'mine'), [], []]);
    }
    const listed = await reader.engine.installed({ folders: [link, project] });
    assert.deepEqual(paths(listed), [join(project, 'packages', 'mine')]);
    await writeFile(join(project, 'packages', 'mine', 'a.txt'), 'by hand\n');
    await publisher.publish('mine', '1.1.0', { 'a.txt': 'newer\n' });
    await waitForListing(reader, id, '1.1.0');
    const update = await reader.engine.planInstall({ project: link, mode: 'update' });
    await assert.rejects(reader.engine.applyPlan({ plan: update.plan }), { name: 'FilesChanged' });
    const overwrite = [join(link, 'packages', 'mine', 'a.txt')];
    await reader.engine.applyPlan({ plan: update.plan, overwrite });
    assert.equal(await readFile(join(project, 'packages', 'mine', 'a.txt'), 'utf8'), 'newer\n');
    const single = join(link, 'single');
    await reader.engine.install({ id: 'other', to: single });
    await reader.engine.uninstall({ path: single });
    assert.deepEqual(paths(await reader.engine.installed({})), [join(project, 'packages', 'mine')]);
  });

  it('and after a move, which leaves no ghosts', async () => {
    await addPackages('vendor/ggen');
    const moved = join(parent, 'moved');
    await rename(project, moved);
    const expected = ['mine', 'other'].map((name) => join(moved, 'vendor', 'ggen', name));
    assert.deepEqual(paths(await reader.engine.installed({ folders: [join(moved, 'vendor')] })), expected);
    for (const path of expected) {
      const { changed, missing, extra } = await reader.engine.verifyInstalled({ path });
      assert.deepEqual([changed, missing, extra], [[], [], []]);
    }
    await publisher.publish('mine', '1.1.0', { 'a.txt': 'newer\n' });
    await waitForListing(reader, id, '1.1.0');
    await installPackages(reader, moved, 'update', id);
    assert.equal(await readFile(join(moved, 'vendor', 'ggen', 'mine', 'a.txt'), 'utf8'), 'newer\n');
    assert.deepEqual(paths(await reader.engine.installed({})), expected);
    assert.deepEqual(await readdir(parent), ['moved']);
  });

  for (const folder of [undefined, 'vendor', '']) {
    it(`and in a fresh clone on another machine, with its packages in ${JSON.stringify(folder ?? 'packages')}`, async () => {
      await addPackages(folder);
      const clone = join(await network.folder(), 'clone');
      await cp(project, clone, { recursive: true });
      const machine = await network.peer({ bootstrap: [publisher.address] });
      await waitForListing(machine, id, '1.0.0');
      await waitForListing(machine, `${publisher.key.id}/other`, '1.0.0');
      const mine = join(clone, folder ?? 'packages', 'mine');
      assert.deepEqual(paths(await machine.engine.installed({})), []);
      const listed = await machine.engine.installed({ folders: [clone] });
      assert.deepEqual(listed.map(({ name, version, project: of }) => [name, version, of]).sort(), [
        ['mine', '1.0.0', clone],
        ['other', '1.0.0', clone],
      ]);
      const intact = await machine.engine.verifyInstalled({ path: mine });
      assert.deepEqual([intact.changed, intact.missing, intact.extra], [[], [], []]);
      await writeFile(join(mine, 'a.txt'), 'changed\n');
      await rm(join(mine, 'b.txt'));
      const check = await machine.engine.verifyInstalled({ path: mine });
      assert.deepEqual([check.changed, check.missing], [['a.txt'], ['b.txt']]);
      const overwrite = [join(mine, 'a.txt')];
      await machine.engine.install({ id, version: '1.0.0', to: mine, replace: true, overwrite });
      assert.equal(await readFile(join(mine, 'a.txt'), 'utf8'), '1\n');
      const removal = await machine.engine.planInstall({ project: clone, mode: 'remove', packages: ['other'] });
      assert.deepEqual(actions(removal).at(-1), 'remove other 1.0.0 -> 1.0.0');
      await machine.engine.applyPlan({ plan: removal.plan });
      assert.deepEqual(await readdir(join(clone, folder ?? 'packages')), folder === '' ? [LOCK, 'mine'] : ['mine']);
      assert.deepEqual(paths(await machine.engine.installed({})), [mine]);
    });
  }

  it('and is not verified against a lock file that names other content than the publisher signed', async () => {
    await addPackages();
    const text = await readFile(join(project, LOCK), 'utf8');
    const [first = '', second = ''] = [...text.matchAll(/root = "(.*)"/g)].map(([, root]) => root ?? '');
    await writeFile(join(project, LOCK), text.replace(first, second));
    const path = join(project, 'packages', 'mine');
    await assert.rejects(reader.engine.verifyInstalled({ path }), { name: 'LockMismatch' });
  });

  it('and a folder that is gone is not listed, unless the lock file can restore it', async () => {
    await addPackages();
    const single = join(parent, 'single');
    await reader.engine.install({ id, to: single });
    await rm(single, { recursive: true });
    await rm(join(project, 'packages', 'mine'), { recursive: true });
    const kept = ['mine', 'other'].map((name) => join(project, 'packages', name));
    assert.deepEqual(paths(await reader.engine.installed({})), kept);
    const check = await reader.engine.verifyInstalled({ path: kept[0]! });
    assert.deepEqual(check.missing, ['a.txt', 'b.txt', 'gpack.toml']);
    await rm(project, { recursive: true });
    assert.deepEqual(await reader.engine.installed({}), []);
    assert.deepEqual((await reader.engine.listPackages({ section: 'installed' })).packages, []);
  });

  it('and is verified by the lock file and the files alone, without a peer or a block', async () => {
    await addPackages();
    const clone = join(await network.folder(), 'clone');
    await cp(project, clone, { recursive: true });
    const island = new TestNetwork();
    try {
      const { engine } = await island.peer();
      const path = join(clone, 'packages', 'mine');
      const { files, changed, missing, extra } = await engine.verifyInstalled({ path });
      assert.deepEqual([files, changed, missing, extra], [3, [], [], []]);
      await writeFile(join(path, 'a.txt'), 'changed\n');
      await assert.rejects(engine.verifyInstalled({ path }), { name: 'ContentUnavailable' });
    } finally {
      await island.close();
    }
  });

  it('and lists its packages before they are installed, in a fresh clone without them', async () => {
    await addPackages();
    const clone = join(await network.folder(), 'clone');
    await mkdir(clone);
    await cp(join(project, LOCK), join(clone, LOCK));
    const machine = await network.peer({ bootstrap: [publisher.address] });
    await waitForListing(machine, id, '1.0.0');
    const expected = ['mine', 'other'].map((name) => join(clone, 'packages', name));
    assert.deepEqual(paths(await machine.engine.installed({ folders: [clone] })), expected);
    const check = await machine.engine.verifyInstalled({ path: join(clone, 'packages', 'mine') });
    assert.deepEqual(check.missing, ['a.txt', 'b.txt', 'gpack.toml']);
  });

  it('and an edited lock file does not make signed files the own ones of the user', async () => {
    await addPackages();
    const lock = join(project, LOCK);
    const text = await readFile(lock, 'utf8');
    const { root } = await publisher.publish('mine', '1.1.0', { 'a.txt': 'newer\n' });
    await waitForListing(reader, id, '1.1.0');
    const [installed] = (await reader.engine.installed({})).filter((one) => one.id === id);
    const clone = join(await network.folder(), 'clone');
    await cp(project, clone, { recursive: true });
    await writeFile(join(clone, LOCK), text.replace(installed?.root ?? '', root));
    const machine = await network.peer({ bootstrap: [publisher.address] });
    await waitForListing(machine, id, '1.1.0');
    const { plan, mismatches } = await machine.engine.planInstall({ project: clone, mode: 'remove', packages: [id] });
    assert.deepEqual(
      mismatches.map(({ locked }) => locked),
      [root],
    );
    await machine.engine.applyPlan({ plan });
    assert.deepEqual(await readdir(join(clone, 'packages')), ['other']);
  });

  it('and not by a lock file that cannot be read', async () => {
    await addPackages();
    const path = join(project, LOCK);
    await writeFile(path, `<<<<<<< HEAD\n${await readFile(path, 'utf8')}`);
    await assert.rejects(reader.engine.installed({ folders: [project], strict: true }), { name: 'LockInvalid' });
    await assert.rejects(reader.engine.verifyInstalled({ path: join(project, 'packages', 'mine') }), {
      name: 'LockInvalid',
    });
    assert.equal((await reader.engine.installed({ folders: [project] })).length, 2, 'lists still show what is there');
  });

  it('and not by its path: a new project at the path of a removed one inherits nothing', async () => {
    await addPackages('vendor');
    await rm(project, { recursive: true });
    await mkdir(project);
    const fresh = await reader.engine.planInstall({ project, mode: 'add', packages: ['other'] });
    assert.deepEqual(
      fresh.packages.map(({ action, path }) => [action, path]),
      [['install', join(project, 'packages', 'other')]],
    );
    // Files of the user at the paths of the removed packages are no installation.
    await mkdir(join(project, 'vendor', 'mine'), { recursive: true });
    await writeFile(join(project, 'vendor', 'mine', 'a.txt'), 'my own\n');
    await installPackages(reader, project, 'add', 'other');
    assert.equal(await readFile(join(project, 'vendor', 'mine', 'a.txt'), 'utf8'), 'my own\n');
  });
});
