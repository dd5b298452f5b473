import assert from 'node:assert/strict';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublishReceipt } from '../../../src/shared/model.ts';
import { skipOnWindows } from '../../skip.ts';
import { TestNetwork, waitForListing } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { installPackages } from './project-packages.ts';

const LARGE = new Uint8Array(2_500_000).fill(1);
const FILES = { 'bin/run.sh': '#!/bin/sh\necho run\n', 'bin/large': LARGE, 'lib/plain.txt': 'plain\n' };

describe('execute bits of a package', () => {
  let network: TestNetwork;
  let publisher: TestPeer;
  let reader: TestPeer;
  let project: string;
  let folder: string;

  before(function () {
    skipOnWindows(this, 'modes of files');
  });
  beforeEach(async () => {
    network = new TestNetwork();
    [publisher, reader] = await network.peers(2);
    project = await network.folder();
    folder = join(project, 'packages', 'tool');
  });
  afterEach(() => network.close());

  async function publish(
    version: string,
    files: Readonly<Record<string, string | Uint8Array>>,
    executables: readonly string[],
  ): Promise<PublishReceipt> {
    const root = await network.project('tool', version, files);
    for (const path of executables) await chmod(join(root, path), 0o755);
    const draft = await publisher.engine.draftRelease({ root, publisher: publisher.key.id });
    assert.deepEqual(
      draft.files.filter(({ executable }) => executable === true).map(({ path }) => path),
      executables,
    );
    return publisher.engine.publish({ draft: draft.draft, signature: publisher.key.sign(draft.bytesToSign) });
  }

  const isExecutable = async (path: string): Promise<boolean> => ((await stat(join(folder, path))).mode & 0o100) !== 0;

  it('are installed, verified and repaired', async () => {
    const { id } = await publish('1.0.0', FILES, ['bin/large', 'bin/run.sh']);
    await waitForListing(reader, id, '1.0.0');
    const [installed] = await installPackages(reader, project, 'add', id);
    assert.ok(await isExecutable('bin/run.sh'));
    assert.ok(await isExecutable('bin/large'));
    assert.ok(!(await isExecutable('lib/plain.txt')));
    const intact = await reader.engine.verifyInstalled({ path: folder });
    assert.deepEqual([intact.changed, intact.executeBits], [[], { lost: [], added: [] }]);
    await chmod(join(folder, 'bin/run.sh'), 0o644);
    await chmod(join(folder, 'lib/plain.txt'), 0o755);
    const state = await reader.engine.verifyInstalled({ path: folder });
    assert.deepEqual(state.changed, ['bin/run.sh', 'lib/plain.txt']);
    assert.deepEqual(state.executeBits, { lost: ['bin/run.sh'], added: ['lib/plain.txt'] });
    const { packages } = await reader.engine.listPackages({ section: 'installed' });
    assert.equal(packages[0]?.changed, 2);
    const overwrite = state.changed.map((path) => join(folder, path));
    await reader.engine.install({ id, version: '1.0.0', to: folder, replace: true, overwrite });
    assert.ok(await isExecutable('bin/run.sh'));
    assert.ok(!(await isExecutable('lib/plain.txt')));
    assert.deepEqual((await reader.engine.verifyInstalled({ path: folder })).changed, []);
    assert.equal(installed?.files, 4);
  });

  it('change with an update, are compared, and those of the user are preserved', async () => {
    const { id } = await publish('1.0.0', FILES, ['bin/run.sh']);
    await waitForListing(reader, id, '1.0.0');
    await installPackages(reader, project, 'add', id);
    await chmod(join(folder, 'lib/plain.txt'), 0o755);
    await publish('1.1.0', FILES, ['bin/large']);
    await waitForListing(reader, id, '1.1.0');
    const { changes } = await reader.engine.compareReleases({ from: `${id}@1.0.0`, to: `${id}@1.1.0` });
    assert.deepEqual(
      changes.filter(({ path }) => path !== 'gpack.toml'),
      [
        { path: 'bin/large', kind: 'mode', before: LARGE.length, after: LARGE.length, executable: true },
        { path: 'bin/run.sh', kind: 'mode', before: 19, after: 19, executable: false },
      ],
    );
    await installPackages(reader, project, 'update');
    assert.ok(!(await isExecutable('bin/run.sh')));
    assert.ok(await isExecutable('bin/large'));
    assert.ok(await isExecutable('lib/plain.txt'), 'the bit that the user added');
    const { executeBits } = await reader.engine.verifyInstalled({ path: folder });
    assert.deepEqual(executeBits, { lost: [], added: ['lib/plain.txt'] });
    await chmod(join(folder, 'bin/large'), 0o644);
    await publish('1.2.0', { ...FILES, 'bin/large': 'small now' }, ['bin/large']);
    await waitForListing(reader, id, '1.2.0');
    const refused = installPackages(reader, project, 'update');
    await assert.rejects(refused, { name: 'FilesChanged', details: { count: 1, files: [join(folder, 'bin/large')] } });
  });

  it('travel in an archive', async () => {
    const { id } = await publish('1.0.0', FILES, ['bin/large', 'bin/run.sh']);
    const to = join(await network.folder(), 'tool.car');
    await publisher.engine.exportPackage({ id, version: '1.0.0', to });
    const offline = await network.peer();
    await offline.engine.stopNode({});
    await offline.engine.importPackage({ from: to });
    await offline.engine.install({ id, to: folder });
    assert.ok(await isExecutable('bin/run.sh'));
    assert.ok(await isExecutable('bin/large'));
    assert.ok(!(await isExecutable('lib/plain.txt')));
    assert.deepEqual((await offline.engine.verifyInstalled({ path: folder })).changed, []);
  });
});
