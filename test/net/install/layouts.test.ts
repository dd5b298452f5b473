import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { skipIf, skipOnWindows } from '../../skip.ts';
import { TestNetwork, waitForListing } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { readTree } from '../helpers/trees.ts';
import { LAYOUTS, writeExpected, writeLayout } from './layouts.ts';

describe('published and installed, a project has the same files and modes', () => {
  const network = new TestNetwork();
  let publisher: TestPeer;
  let reader: TestPeer;

  before(async function () {
    this.timeout(60_000);
    skipOnWindows(this, 'modes of files');
    skipIf(this, spawnSync('diff', ['--version']).status !== 0, 'there is no diff that knows --no-dereference');
    [publisher, reader] = await network.peers(2);
  });
  after(() => network.close());

  for (const [name, layout] of Object.entries(LAYOUTS)) {
    it(name, async function () {
      this.timeout(60_000);
      const repository = await network.folder();
      await writeLayout(repository, layout);
      const root = join(repository, layout.member ?? '');
      const draft = await publisher.engine.draftRelease({ root, publisher: publisher.key.id });
      const signature = publisher.key.sign(draft.bytesToSign);
      const { id, version } = await publisher.engine.publish({ draft: draft.draft, signature });
      await waitForListing(reader, id, version);
      const installed = join(await network.folder(), 'installed');
      await reader.engine.install({ id, version, to: installed });
      const expected = join(await network.folder(), 'expected');
      await mkdir(expected);
      const executables = await writeExpected(repository, expected, layout);
      const { status, stdout } = spawnSync('diff', ['-r', '--no-dereference', expected, installed]);
      assert.equal(stdout.toString(), '');
      assert.equal(status, 0);
      const umask = process.umask(0o022);
      process.umask(umask);
      for (const path of (await readTree(installed)).keys()) {
        const { mode } = await lstat(join(installed, path));
        const wanted = (executables.includes(path) ? 0o755 : 0o666) & ~umask;
        assert.equal((mode & 0o7777).toString(8), wanted.toString(8), path);
      }
      const state = await reader.engine.verifyInstalled({ path: installed });
      assert.deepEqual([state.changed, state.missing, state.extra], [[], [], []]);
    });
  }
});
