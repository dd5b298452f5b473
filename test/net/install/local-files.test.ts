import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GgenError, errorName } from '../../../src/shared/errors.ts';
import { TestNetwork, waitForListing } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { readTree } from '../helpers/trees.ts';
import { LOCK, installPackages } from './project-packages.ts';

describe('local files in the packages of a project', () => {
  let network: TestNetwork;
  let publisher: TestPeer;
  let reader: TestPeer;
  let project: string;

  beforeEach(async () => {
    network = new TestNetwork();
    [publisher, reader] = await network.peers(2);
    project = await network.folder();
  });
  afterEach(() => network.close());

  it('are preserved by an update when the user changed, added or replaced them', async () => {
    const first = { 'keep.txt': '1\n', 'change.txt': '1\n', 'drop.txt': '1\n', 'dir/file.txt': '1\n' };
    const { id } = await publisher.publish('mine', '1.0.0', first);
    await waitForListing(reader, id, '1.0.0');
    await installPackages(reader, project, 'add', id);
    const folder = join(project, 'packages', 'mine');
    await writeFile(join(folder, 'keep.txt'), 'kept by me\n');
    await writeFile(join(folder, 'change.txt'), 'changed by me\n');
    await writeFile(join(folder, 'drop.txt'), 'wanted by me\n');
    await mkdir(join(folder, 'notes', 'deep'), { recursive: true });
    await writeFile(join(folder, 'notes', 'deep', 'own.txt'), 'own\n');
    await writeFile(join(folder, 'dir', 'own.txt'), 'own\n');
    await symlink('keep.txt', join(folder, 'link'));
    const second = { 'keep.txt': '1\n', 'change.txt': '2\n', 'dir/file.txt': '2\n', 'new.txt': '2\n' };
    await publisher.publish('mine', '1.1.0', second);
    await waitForListing(reader, id, '1.1.0');
    const before = await readTree(folder);
    const { plan } = await reader.engine.planInstall({ project, mode: 'update' });
    const refused = await reader.engine.applyPlan({ plan }).catch((error: unknown) => error);
    assert.ok(refused instanceof GgenError);
    assert.equal(refused.name, 'FilesChanged');
    const conflicts = [join(folder, 'change.txt'), join(folder, 'drop.txt')];
    assert.deepEqual(refused.details['files'], conflicts);
    assert.deepEqual(await readTree(folder), before, 'nothing was changed');
    await reader.engine.applyPlan({ plan, overwrite: conflicts });
    const after = await readTree(folder);
    const manifest = after.get('gpack.toml');
    assert.ok(manifest?.includes('1.1.0'));
    assert.deepEqual(
      new Map([...after].filter(([path]) => path !== 'gpack.toml').map(([path, bytes]) => [path, bytes.toString()])),
      new Map(
        [
          ['change.txt', '2\n'],
          ['dir/file.txt', '2\n'],
          ['dir/own.txt', 'own\n'],
          ['keep.txt', 'kept by me\n'],
          ['new.txt', '2\n'],
          ['notes/deep/own.txt', 'own\n'],
        ].sort() as [string, string][],
      ),
    );
    assert.equal(await readFile(join(folder, 'link'), 'utf8'), 'kept by me\n');
    const state = await reader.engine.verifyInstalled({ path: folder });
    assert.deepEqual(
      [state.changed, state.missing, state.extra],
      [['keep.txt'], [], ['dir/own.txt', 'link', 'notes/']],
    );
    const { packages } = await reader.engine.listPackages({ section: 'installed' });
    assert.equal(packages[0]?.changed, 1);
  });

  it('are preserved when the user changes them during an update', async () => {
    const { id } = await publisher.publish('mine', '1.0.0', { 'change.txt': '1\n', 'dir/same.txt': '1\n' });
    await waitForListing(reader, id, '1.0.0');
    await installPackages(reader, project, 'add', id);
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
      await publisher.publish('mine', version, { 'change.txt': `${version}\n`, 'dir/same.txt': '1\n' });
      await waitForListing(reader, id, version);
    }
    const folder = join(project, 'packages', 'mine');
    /** Updates the package, and runs `action` when the first staged file is written. */
    const updateWhile = async (version: string, action: () => void): Promise<unknown> => {
      const { plan } = await reader.engine.planInstall({ project, mode: 'update', packages: [`${id}@${version}`] });
      let done = false;
      const onProgress = ({ phase }: { readonly phase: string }): void => {
        if (phase === 'write' && !done) action();
        done ||= phase === 'write';
      };
      return await reader.engine.applyPlan({ plan }, { onProgress }).catch((error: unknown) => error);
    };

    await updateWhile('1.1.0', () => {
      writeFileSync(join(folder, 'dir', 'own.txt'), 'own\n');
      writeFileSync(join(folder, 'dir', 'same.txt'), 'changed by me\n');
    });
    const kept = await readTree(folder);
    assert.equal(kept.get('change.txt')?.toString(), '1.1.0\n');
    assert.equal(kept.get('dir/own.txt')?.toString(), 'own\n');
    assert.equal(kept.get('dir/same.txt')?.toString(), 'changed by me\n');

    const refused = await updateWhile('1.2.0', () => {
      writeFileSync(join(folder, 'change.txt'), 'changed by me\n');
    });
    assert.ok(refused instanceof GgenError);
    assert.deepEqual([refused.name, refused.details['files']], ['FilesChanged', [join(folder, 'change.txt')]]);
    kept.set('change.txt', Buffer.from('changed by me\n'));
    assert.deepEqual(await readTree(folder), kept);

    await writeFile(join(folder, 'change.txt'), '1.1.0\n');
    const lock = await readFile(join(project, LOCK), 'utf8');
    const outdated = await updateWhile('1.3.0', () => {
      writeFileSync(join(project, LOCK), `${lock}# mine\n`);
    });
    assert.equal(errorName(outdated), 'PlanOutdated');
    assert.equal(await readFile(join(project, LOCK), 'utf8'), `${lock}# mine\n`);
    assert.equal(await readFile(join(folder, 'change.txt'), 'utf8'), '1.1.0\n');
    assert.deepEqual((await readdir(join(project, 'packages'))).sort(), ['mine']);
  });

  it('stay when the package is removed, and their folder is not replaced', async () => {
    const { id } = await publisher.publish('mine', '1.0.0', { 'a.txt': '1\n' });
    await waitForListing(reader, id, '1.0.0');
    await installPackages(reader, project, 'add', id);
    const folder = join(project, 'packages', 'mine');
    await writeFile(join(folder, 'own.txt'), 'own\n');
    await installPackages(reader, project, 'remove', id);
    assert.deepEqual([...(await readTree(folder)).keys()], ['own.txt']);
    await installPackages(reader, project, 'add', id);
    const [installed] = await reader.engine.installed({});
    assert.equal(installed?.path, join(project, 'packages', `~${publisher.key.id.slice(-8)}-mine`));
    assert.deepEqual([...(await readTree(folder)).keys()], ['own.txt']);
    assert.match(await readFile(join(project, LOCK), 'utf8'), /folder = "~/);
  });
});
