import assert from 'node:assert/strict';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { skipOnWindows } from '../../skip.ts';
import { networkPerTest } from '../helpers/peers.ts';
import { LOCK, installPackages } from './project-packages.ts';

describe('modes of what an installation writes', () => {
  const network = networkPerTest();

  it('follow the umask of the process that asks, not that of the process that runs the node', async function () {
    skipOnWindows(this, 'modes of files');
    const peer = await network.peer();
    const { id } = await peer.publish('base', '1.0.0', { 'a/b.txt': 'b\n' });
    const project = await network.folder();
    const { plan } = await peer.engine.planInstall({ project, mode: 'add', packages: [id] });
    await peer.engine.applyPlan({ plan, umask: 0o077 });
    const modes = async (...paths: string[]): Promise<number[]> =>
      Promise.all(paths.map(async (path) => (await stat(join(project, path))).mode & 0o777));
    assert.deepEqual(
      await modes(LOCK, 'packages', 'packages/base', 'packages/base/a', 'packages/base/a/b.txt'),
      [0o600, 0o700, 0o700, 0o700, 0o600],
    );
    const to = join(project, 'alone');
    await peer.engine.install({ id, to, umask: 0o027 });
    assert.deepEqual(await modes('alone', 'alone/a', 'alone/a/b.txt'), [0o750, 0o750, 0o640]);
    await assert.rejects(peer.engine.install({ id, to: join(project, 'odd'), umask: -1 }), { name: 'InvalidRequest' });
  });

  it('stay as the user set them for the lock file, and that of a new one follows the umask', async function () {
    skipOnWindows(this, 'modes of files');
    const peer = await network.peer();
    const { id } = await peer.publish('base', '1.0.0');
    const { id: other } = await peer.publish('other', '1.0.0');
    const project = await network.folder();
    const mode = async (): Promise<number> => (await stat(join(project, LOCK))).mode & 0o777;
    const before = process.umask(0o027);
    try {
      await installPackages(peer, project, 'add', id);
      assert.equal(await mode(), 0o640);
      await chmod(join(project, LOCK), 0o606);
      await installPackages(peer, project, 'add', other);
      assert.equal(await mode(), 0o606);
    } finally {
      process.umask(before);
    }
  });
});
