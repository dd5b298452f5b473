import assert from 'node:assert/strict';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { skipOnWindows } from '../../skip.ts';
import { networkPerTest } from '../helpers/peers.ts';
import { LOCK, installPackages } from './project-packages.ts';

describe('the mode of the lock file', () => {
  const network = networkPerTest();

  it('stays as the user set it, and that of a new file follows the umask', async function () {
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
