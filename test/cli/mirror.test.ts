import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { eventually } from '../net/helpers/peers.ts';
import { skipOnWindows } from '../skip.ts';
import { writeProject } from './projects.ts';
import { buildPeer, CliTest, filesOf, resultOf } from './support.ts';

describe('a mirroring peer', () => {
  const test = new CliTest();
  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });
  afterEach(() => test.close());

  const keptPackages = async (data: string): Promise<Record<string, unknown>> =>
    resultOf(await test.run('status', '--data', data, '-f', 'json'))['storage'] as Record<string, unknown>;

  it('keeps each version that a CI job publishes, and serves it after the job has ended', async () => {
    const data = await test.folder('mirror');
    const { peer: mirror, address } = await test.peer('--data', data, '--mirror', '*');
    const job = ['--data', await test.folder('job'), '--bootstrap', address, '--copies', '1'];
    for (const version of ['1.0.0', '1.1.0']) {
      const project = await writeProject(await test.folder(`project-${version}`), 'mirrored-pack', version);
      const publishing = test.spawn(['publish', project, ...job]);
      const mirrored = await mirror.line('mirrored', (line) => line['version'] === version);
      assert.equal(mirrored['files'], 4);
      // The command ends by itself as soon as enough peers have the release.
      assert.equal(await publishing.exit, 0, publishing.errors);
    }
    const alone = ['--data', await test.folder('alone'), '--copies', '1', '--seed', '1'];
    const project = await writeProject(await test.folder('project-2.0.0'), 'mirrored-pack', '2.0.0');
    const unseen = await test.run('publish', project, ...alone);
    assert.equal(unseen.code, 4);
    assert.match(unseen.errors, /Published, but only 0 of 1 peers have/);

    const elsewhere = ['--data', await test.folder('elsewhere'), '--bootstrap', address];
    for (const version of ['1.1.0', '1.0.0']) {
      const to = await test.folder(`installed-${version}`);
      const installed = await test.run('install', `mirrored-pack@${version}`, '--to', to, ...elsewhere);
      assert.equal(installed.code, 0, installed.errors);
      assert.deepEqual(await filesOf(to), await filesOf(await test.folder(`project-${version}`)));
    }
  });

  it('mirrors only the configured packages, reloads them on SIGHUP, stays within its quota, and resumes after a restart', async function () {
    skipOnWindows(this, 'signals');
    const publisher = await test.folder('publisher');
    const [one, two] = ['one-pack', 'two-pack'];
    const projects = await Promise.all([one, two].map(async (name) => writeProject(await test.folder(name), name)));
    const { peer, address } = await test.peer(
      '--data',
      publisher,
      ...projects.flatMap((project) => ['--publish', project]),
    );
    const first = await peer.line('published', (line) => String(line['id']).endsWith(one));
    await peer.line('published', (line) => String(line['id']).endsWith(two));

    const file = await test.folder('config.toml');
    const data = await test.folder('mirror');
    // Space for one of them.
    const config = (mirror: string, quota: string): string => `mirror = ["${mirror}"]\nquota = "${quota}"\n`;
    await writeFile(file, config(String(first['id']), '1.2MB'));
    const flags = ['--data', data, '--config', file, '--bootstrap', address];
    const { peer: mirror } = await test.peer(...flags);
    await mirror.line('mirrored', (line) => line['id'] === first['id']);

    await writeFile(file, config(String(first['id']).split('/')[0]!, '1.2MB'));
    mirror.child.kill('SIGHUP');
    await eventually('it says that the other one does not fit', () =>
      mirror.errors.includes('two-pack@1.0.0 is not mirrored'),
    );
    assert.equal(mirror.lines.filter(({ event }) => event === 'mirrored').length, 1);
    await writeFile(file, config('*', '3MB'));
    mirror.child.kill('SIGHUP');
    await mirror.line('mirrored', (line) => String(line['id']).endsWith(two));
    assert.ok(Number((await keptPackages(data))['bytes']) > 1_400_000);

    mirror.child.kill('SIGTERM');
    assert.equal(await mirror.exit, 0);
    const { peer: repeated } = await test.peer(...flags);
    const third = await writeProject(await test.folder('three'), 'three-pack');
    assert.equal((await test.run('publish', third, '--data', publisher)).code, 0);
    // Kept releases are not fetched again: the first event is that of the new one.
    assert.match(String((await repeated.line('mirrored'))['id']), /three-pack$/);
  });
});
