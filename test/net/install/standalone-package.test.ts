import assert from 'node:assert/strict';
import { appendFile, mkdir, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestNetwork } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { damageBlocks, readTree } from '../helpers/trees.ts';

describe('a package installed outside of a project', () => {
  let network: TestNetwork;
  let peer: TestPeer;
  let folder: string;
  let id: string;

  beforeEach(async () => {
    network = new TestNetwork();
    peer = await network.peer();
    ({ id } = await peer.publish('single', '1.0.0', {
      'a.txt': '1\n',
      'b/c.txt': '1\n',
      'large.bin': 'x'.repeat(2_500_000),
    }));
    await peer.publish('single', '1.1.0', { 'a.txt': '2\n', 'large.bin': 'y'.repeat(2_500_000) });
    folder = join(await network.folder(), 'here');
    await peer.engine.install({ id, version: '1.0.0', to: folder });
  });
  afterEach(() => network.close());

  it('is verified: changed, missing and added files, and a link in place of a file', async () => {
    const { engine } = peer;
    const clean = await engine.verifyInstalled({ path: folder });
    assert.deepEqual([clean.files, clean.changed, clean.missing, clean.extra], [4, [], [], []]);
    await appendFile(join(folder, 'large.bin'), 'more');
    await rm(join(folder, 'b'), { recursive: true });
    await unlink(join(folder, 'a.txt'));
    await symlink('gpack.toml', join(folder, 'a.txt'));
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine', 'x.txt'), '');
    const state = await engine.verifyInstalled({ path: folder });
    assert.deepEqual([state.changed, state.missing, state.extra], [['a.txt', 'large.bin'], ['b/c.txt'], ['mine/']]);
    assert.equal((await engine.installed({}))[0]?.changed, 3);
    await rm(folder, { recursive: true });
    assert.equal((await engine.verifyInstalled({ path: folder })).missing.length, 4);
    await assert.rejects(engine.verifyInstalled({ path: join(folder, 'other') }), { name: 'NotInstalled' });
  });

  it('detects one flipped bit anywhere in a file of several blocks', async () => {
    const path = join(folder, 'large.bin');
    for (const at of [0, 1_048_575, 1_048_576, 2_499_999]) {
      const bytes = Buffer.alloc(2_500_000, 'x');
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(path, bytes);
      assert.deepEqual((await peer.engine.verifyInstalled({ path: folder })).changed, ['large.bin'], String(at));
    }
    await writeFile(path, 'x'.repeat(2_500_000));
    assert.deepEqual((await peer.engine.verifyInstalled({ path: folder })).changed, []);
  });

  it('is restored: missing files, and changes that the user discards', async () => {
    await writeFile(join(folder, 'a.txt'), 'changed\n');
    await rm(join(folder, 'b'), { recursive: true });
    await peer.engine.install({ id, version: '1.0.0', to: folder, replace: true });
    assert.equal(
      (await readTree(folder)).get('a.txt')?.toString(),
      'changed\n',
      'installing the same release again keeps the file',
    );
    assert.ok((await readTree(folder)).has('b/c.txt'));
    const overwrite = [join(folder, 'a.txt')];
    await peer.engine.install({ id, version: '1.0.0', to: folder, replace: true, overwrite });
    assert.deepEqual((await peer.engine.verifyInstalled({ path: folder })).changed, []);
  });

  it('is updated in place, preserving the files of the user, and removed again', async () => {
    const { engine } = peer;
    await writeFile(join(folder, 'a.txt'), 'changed\n');
    await writeFile(join(folder, 'mine.txt'), 'mine\n');
    const update = { id, version: '1.1.0', to: folder, replace: true };
    await assert.rejects(engine.install(update), { name: 'FilesChanged' });
    assert.equal((await engine.installed({}))[0]?.version, '1.0.0');
    const installed = await engine.install({ ...update, overwrite: ['*'] });
    assert.deepEqual([installed.version, installed.path], ['1.1.0', folder]);
    assert.deepEqual([...(await readTree(folder)).keys()].sort(), ['a.txt', 'gpack.toml', 'large.bin', 'mine.txt']);
    assert.equal((await engine.installed({})).length, 1);
    await writeFile(join(folder, 'a.txt'), 'changed again\n');
    await assert.rejects(engine.uninstall({ path: folder }), { name: 'FilesChanged' });
    await engine.uninstall({ path: folder, overwrite: [join(folder, 'a.txt')] });
    assert.deepEqual([...(await readTree(folder)).keys()], ['mine.txt']);
    assert.deepEqual(await engine.installed({}), []);
    await assert.rejects(engine.uninstall({ path: folder }), { name: 'NotInstalled' });
  });

  it('is not replaced by another package, nor installed over a folder that has none', async () => {
    const other = await peer.publish('other', '1.0.0');
    await assert.rejects(peer.engine.install({ id: other.id, to: folder, replace: true }), { name: 'NotInstalled' });
    const elsewhere = await network.folder();
    await assert.rejects(peer.engine.install({ id, to: elsewhere, replace: true }), { name: 'NotInstalled' });
  });

  it('is removed from the list when the user deletes its folder', async () => {
    await rm(folder, { recursive: true });
    await peer.engine.uninstall({ path: folder });
    assert.deepEqual(await peer.engine.installed({}), []);
  });

  it('is not installed from damaged local blocks', async () => {
    await damageBlocks(peer.dataDir);
    await peer.engine.stopNode({});
    const to = join(await network.folder(), 'again');
    await assert.rejects(peer.engine.install({ id, version: '1.0.0', to }), { name: 'ContentUnavailable' });
    await assert.rejects(readTree(to), { code: 'ENOENT' });
  });
});
