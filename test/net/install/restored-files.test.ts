import assert from 'node:assert/strict';
import { chmod, cp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { skipOnWindows } from '../../skip.ts';
import { TestNetwork, waitForListing } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { readTree } from '../helpers/trees.ts';
import { LOCK, actions, installPackages } from './project-packages.ts';
import { publishNeeding } from './publish-dependents.ts';

describe('installing what the lock file lists', () => {
  let network: TestNetwork;
  let publisher: TestPeer;
  let reader: TestPeer;
  let project: string;
  let id: string;

  beforeEach(async () => {
    network = new TestNetwork();
    [publisher, reader] = await network.peers(2);
    project = join(await network.folder(), 'project');
    ({ id } = await publisher.publish('mine', '1.0.0', { 'a.txt': '1\n', 'b.txt': '1\n', 'same.txt': 'same\n' }));
    await waitForListing(reader, id, '1.0.0');
    const created = await network.folder();
    await installPackages(reader, created, 'add', id);
    await cp(created, project, { recursive: true });
    await installPackages(reader, project, 'lock');
  });
  afterEach(() => network.close());

  const inFolder = (...path: string[]): string => join(project, 'packages', 'mine', ...path);

  async function publishNext(): Promise<void> {
    await publisher.publish('mine', '1.1.0', { 'a.txt': '2\n', 'b.txt': '1\n', 'same.txt': 'same\n' });
    await waitForListing(reader, id, '1.1.0');
  }

  for (const machine of ['the machine that installed it', 'another machine'] as const) {
    it(`restores missing files, and changed ones when the user agrees, on ${machine}`, async () => {
      const peer = machine === 'another machine' ? await network.peer({ bootstrap: [publisher.address] }) : reader;
      await waitForListing(peer, id, '1.0.0');
      const before = await readTree(project);
      await writeFile(inFolder('a.txt'), 'evil\n');
      await rm(inFolder('b.txt'));
      await writeFile(inFolder('own.txt'), 'own\n');
      const damaged = await readTree(project);
      const plan = await peer.engine.planInstall({ project, mode: 'lock' });
      assert.deepEqual(actions(plan), ['restore mine 1.0.0 -> 1.0.0']);
      await assert.rejects(
        peer.engine.applyPlan({ plan: plan.plan }),
        (error: { details?: unknown; name?: string }) => {
          assert.equal(error.name, 'FilesChanged');
          assert.deepEqual(error.details, { count: 1, files: [inFolder('a.txt')] });
          return true;
        },
      );
      assert.deepEqual(await readTree(project), damaged, 'nothing was changed');
      await peer.engine.applyPlan({ plan: plan.plan, overwrite: [inFolder('a.txt')] });
      assert.deepEqual(
        await readTree(project),
        new Map([...before, [join('packages', 'mine', 'own.txt'), Buffer.from('own\n')]]),
      );
      const repeated = await peer.engine.planInstall({ project, mode: 'lock' });
      assert.equal(repeated.changes, false);
    });
  }

  it('writes the package into a folder that holds only files of the user', async () => {
    await rm(inFolder(), { recursive: true });
    await cp(join(project, LOCK), inFolder('mine.txt'));
    const machine = await network.peer({ bootstrap: [publisher.address] });
    await waitForListing(machine, id, '1.0.0');
    await installPackages(machine, project, 'lock');
    assert.equal(await readFile(inFolder('a.txt'), 'utf8'), '1\n');
    assert.equal(await readFile(inFolder('mine.txt'), 'utf8'), await readFile(join(project, LOCK), 'utf8'));
  });

  it('restores an execute bit without a question', async function () {
    skipOnWindows(this, 'modes of files');
    await chmod(inFolder('a.txt'), 0o755);
    const plan = await reader.engine.planInstall({ project, mode: 'lock' });
    assert.deepEqual(actions(plan), ['restore mine 1.0.0 -> 1.0.0']);
    await reader.engine.applyPlan({ plan: plan.plan });
    assert.equal((await stat(inFolder('a.txt'))).mode & 0o111, 0);
  });

  it('changes nothing of other packages that were edited by hand, when a package is added', async () => {
    const other = await publisher.publish('other', '1.0.0');
    await waitForListing(reader, other.id, '1.0.0');
    await writeFile(inFolder('a.txt'), 'edited\n');
    await installPackages(reader, project, 'add', other.id);
    assert.equal(await readFile(inFolder('a.txt'), 'utf8'), 'edited\n');
  });

  it('compares the files when the lock file and the memory of the machine disagree', async () => {
    const committed = join(await network.folder(), 'commit');
    await cp(project, committed, { recursive: true });
    await publishNext();
    await installPackages(reader, project, 'update');
    const newLock = await readFile(join(project, LOCK), 'utf8');
    // A checkout of the older commit, with its packages.
    await rm(project, { recursive: true });
    await cp(committed, project, { recursive: true });
    const plan = await reader.engine.planInstall({ project, mode: 'update' });
    assert.deepEqual(actions(plan), ['update mine 1.0.0 -> 1.1.0']);
    await reader.engine.applyPlan({ plan: plan.plan });
    assert.equal(await readFile(inFolder('a.txt'), 'utf8'), '2\n');
    assert.equal(await readFile(join(project, LOCK), 'utf8'), newLock);
    // A checkout of the older commit of a project whose packages are not committed.
    await cp(join(committed, LOCK), join(project, LOCK));
    const back = await reader.engine.planInstall({ project, mode: 'lock' });
    assert.deepEqual(actions(back), ['update mine 1.1.0 -> 1.0.0']);
    await reader.engine.applyPlan({ plan: back.plan });
    assert.equal(await readFile(inFolder('a.txt'), 'utf8'), '1\n');
  });

  it('replaces the files of the signed release, although the lock file was edited to another root', async () => {
    const text = await readFile(join(project, LOCK), 'utf8');
    await publishNext();
    const [installed] = await reader.engine.installed({});
    const details = await reader.engine.getPackage({ id });
    const newer = details.releases.find(({ version }) => version === '1.1.0');
    const clone = join(await network.folder(), 'clone');
    await cp(project, clone, { recursive: true });
    await writeFile(join(clone, LOCK), text.replace(installed?.root ?? '', newer?.root ?? ''));
    const { plan, mismatches } = await reader.engine.planInstall({ project: clone, mode: 'update' });
    assert.equal(mismatches.length, 1);
    await reader.engine.applyPlan({ plan });
    assert.equal(await readFile(join(clone, 'packages', 'mine', 'a.txt'), 'utf8'), '2\n');
  });

  it('records a new version that has the content of the installed one', async () => {
    const content = { 'a.txt': '1\n' };
    const first = await publisher.publish('plain', '2.0.0', content);
    await waitForListing(reader, first.id, '2.0.0');
    await installPackages(reader, project, 'add', first.id);
    const path = join(project, 'packages', 'plain');
    const folder = await network.project('plain', '2.0.0', content);
    const { draft, bytesToSign, root } = await publisher.engine.draftRelease({
      root: folder,
      publisher: publisher.key.id,
      version: '2.0.1',
    });
    await publisher.engine.publish({ draft, signature: publisher.key.sign(bytesToSign) });
    assert.equal(root, first.root);
    await waitForListing(reader, first.id, '2.0.1');
    await installPackages(reader, project, 'update', first.id);
    assert.equal((await reader.engine.verifyInstalled({ path })).version, '2.0.1');
  });

  it('keeps the version of a package that is uninstalled although another one requires it', async () => {
    const app = await publishNeeding(publisher, 'app', '1.0.0', { [id]: '^1.0.0' });
    await waitForListing(reader, app, '1.0.0');
    await installPackages(reader, project, 'add', app);
    await publishNext();
    const plan = await reader.engine.planInstall({ project, mode: 'remove', packages: [id] });
    assert.deepEqual(actions(plan), []);
    assert.deepEqual(
      plan.packages.map(({ name, version, requested }) => [name, version, requested]),
      [
        ['app', '1.0.0', true],
        ['mine', '1.0.0', false],
      ],
    );
  });
});
