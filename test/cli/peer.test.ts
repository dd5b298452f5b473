import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { skipOnWindows } from '../skip.ts';
import { buildPeer, CliTest, filesOf, resultOf } from './support.ts';
import type { CommandResult } from './support.ts';

const MANIFEST = (version: string): string =>
  `[gpack]\nid = "cli-test-pack"\nname = "CLI test"\nversion = "${version}"\ndescription = "For the tests of the peer"\n` +
  'license = "MIT"\nggen_compat = ">=1"\n';

function publisherOf(published: CommandResult): string | undefined {
  return String(resultOf(published)['package_id']).split('/')[0];
}

describe('the headless peer', () => {
  const test = new CliTest();
  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });
  afterEach(() => test.close());

  async function project(version = '1.0.0'): Promise<string> {
    const root = await test.folder(`project-${version}`);
    await mkdir(join(root, 'deep', 'er'), { recursive: true });
    await writeFile(join(root, 'gpack.toml'), MANIFEST(version));
    await writeFile(join(root, 'README.md'), '# CLI test\n');
    await writeFile(join(root, 'deep', 'er', 'random.bin'), randomBytes(700_000));
    await writeFile(join(root, 'deep', 'empty'), '');
    return root;
  }

  it('publishes a folder, and another peer lists, finds and installs it, byte for byte', async () => {
    const root = await project();
    const data = await test.folder('one');
    const { peer: one, address } = await test.peer('--data', data, '--publish', root, '--name', 'one');
    const published = await one.line('published');
    assert.equal(published['version'], '1.0.0');
    assert.match(String(published['id']), /^z6Mk\w+\/cli-test-pack$/);
    assert.equal(one.lines[0]!.event, 'ready');

    const { peer: two } = await test.peer('--data', await test.folder('two'), '--bootstrap', address);
    const seen = await two.line('package');
    assert.deepEqual(
      { ...seen },
      { event: 'package', id: published['id'], name: 'cli-test-pack', version: '1.0.0', published: false },
    );
    await two.line('peer', (line) => line['connected'] === true && line['name'] === 'one');
    await one.line('peer', (line) => line['connected'] === true);

    const third = ['--data', await test.folder('three'), '--bootstrap', address];
    const found = await test.run('search', 'cli', 'test', '--limit', '5', '-f', 'json', ...third);
    assert.equal(found.code, 0, found.errors);
    const [first] = resultOf(found)['packages'] as Record<string, unknown>[];
    assert.equal(first?.['id'], published['id']);
    assert.deepEqual(first?.['providers'], [address.split('/p2p/')[1]]);

    const to = await test.folder('installed');
    const installed = await test.run('install', 'cli-test-pack@^1', '--to', to, '-f', 'json', ...third);
    assert.equal(installed.code, 0, installed.errors);
    assert.equal(resultOf(installed)['root'], published['root']);
    assert.deepEqual(await filesOf(to), await filesOf(root));
  });

  it('publishes once, announces to the peers immediately, and a new version supersedes the old one', async () => {
    const { peer, address } = await test.peer('--data', await test.folder('one'));
    const once = ['--data', await test.folder('two'), '--bootstrap', address, '-f', 'json'];
    const first = await test.run('publish', await project(), ...once);
    assert.equal(first.code, 0, first.errors);
    assert.ok(Number(resultOf(first)['announced_to']) >= 1);
    await peer.line('package', (line) => line['version'] === '1.0.0');

    const repeated = await test.run('publish', await project(), ...once);
    assert.equal(repeated.code, 5);
    assert.match(repeated.errors, /"name":"VersionExists"/);

    const second = await test.run('publish', await project('1.1.0'), ...once);
    assert.equal(second.code, 0, second.errors);
    await peer.line('package', (line) => line['version'] === '1.1.0');
  });

  it('publishes secrets only when each is accepted by its fingerprint, which the error names', async () => {
    const root = await project();
    await writeFile(join(root, '.env'), 'PASSWORD=hunter2\n');
    const data = await test.folder('one');
    const publish = ['publish', root, '--data', data, '-f', 'json'];
    const dry = await test.run(...publish, '--dry-run');
    assert.equal(dry.code, 5, 'a dry run fails when publishing would be refused');
    assert.equal(resultOf(dry)['files'], 5);
    assert.match(dry.errors, /"name":"SecretsNotAccepted"/);
    await assert.rejects(stat(join(data, 'publisher.key')), { code: 'ENOENT' });
    const refused = await test.run(...publish);
    assert.equal(refused.code, 5);
    assert.match(refused.errors, /"name":"SecretsNotAccepted"/);
    const fingerprint = /secret ([0-9a-f]{16}): \.env:1:1/.exec(refused.errors)?.[1] ?? '';
    const accepted = await test.run(...publish, '--accept-secret', fingerprint);
    assert.equal(accepted.code, 0, accepted.errors);
  });

  it('publishes a private project only with --accept private', async () => {
    const root = await test.folder('private');
    await mkdir(root, { recursive: true });
    const manifest = '{ "name": "internal", "version": "1.0.0", "private": true, "license": "UNLICENSED" }\n';
    await writeFile(join(root, 'package.json'), manifest);
    const publish = ['publish', root, '--data', await test.folder('one'), '-f', 'json'];
    for (const command of [publish, [...publish, '--dry-run']]) {
      const refused = await test.run(...command);
      assert.equal(refused.code, 5);
      assert.match(refused.errors, /"name":"PrivateNotAccepted"/);
      assert.match(refused.errors, /private: package\.json:1:43: This project is private/);
    }
    assert.equal((await test.run(...publish, '--accept', 'everything')).code, 2);
    for (const command of [[...publish, '--dry-run'], [...publish]]) {
      const accepted = await test.run(...command, '--accept', 'private');
      assert.equal(accepted.code, 0, accepted.errors);
    }
  });

  it('reuses already published releases when it starts again', async () => {
    const args = ['--data', await test.folder('one'), '--publish', await project()];
    const { peer: first } = await test.peer(...args);
    const before = await first.line('published');
    first.child.kill('SIGTERM');
    assert.equal(await first.exit, 0);
    const { peer: second } = await test.peer(...args);
    const after = await second.line('published');
    assert.equal(after['unchanged'], true);
    assert.equal(after['version'], '1.0.0');
    const listed = await second.line('package');
    assert.deepEqual([listed['id'], listed['published']], [before['id'], true]);
    assert.equal(
      second.lines.find(({ event }) => event === 'error'),
      undefined,
    );
  });

  it('reports a project that cannot be published, and keeps running', async () => {
    const missing = await test.folder('missing');
    const { peer } = await test.peer(
      '--data',
      await test.folder('one'),
      '--publish',
      missing,
      '--publish',
      await project(),
    );
    const error = await peer.line('error');
    assert.match(String(error['message']), /missing/);
    await peer.line('published');
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`stops cleanly on ${signal}, connected or not`, async function () {
      skipOnWindows(this, 'signals');
      const { peer: one, address } = await test.peer('--data', await test.folder('one'));
      const { peer: two } = await test.peer('--data', await test.folder('two'), '--bootstrap', address);
      // On both sides: a connection that ends before its snapshot is taken is never reported.
      await Promise.all([one, two].map((peer) => peer.line('peer', (line) => line['connected'] === true)));
      two.child.kill(signal);
      assert.equal(await two.exit, 0);
      await one.line('peer', (line) => line['connected'] === false);
      one.child.kill(signal);
      assert.equal(await one.exit, 0);
      assert.deepEqual([one.errors, two.errors], ['', '']);
    });
  }

  it('keeps its identity and refuses a data folder on which a peer runs', async () => {
    const data = await test.folder('one');
    const { peer, address } = await test.peer('--data', data);
    const second = await test.run('start', '--data', data);
    assert.equal(second.code, 6);
    assert.match(second.errors, new RegExp(`process ${peer.child.pid}`));
    peer.child.kill('SIGTERM');
    await peer.exit;
    const repeated = await test.peer('--data', data);
    assert.equal(repeated.address.split('/p2p/')[1], address.split('/p2p/')[1]);
  });

  describe('the publisher key of the headless peer', () => {
    it('is created on the first publish, is readable by its owner only, and is reused', async function () {
      skipOnWindows(this, 'modes of files');
      const data = await test.folder('one');
      const path = join(data, 'publisher.key');
      const { peer } = await test.peer('--data', data);
      await assert.rejects(stat(path), { code: 'ENOENT' });
      peer.child.kill('SIGTERM');
      await peer.exit;
      const first = await test.run('publish', await project(), '--data', data, '-f', 'json');
      assert.equal(first.code, 0, first.errors);
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      const key = await readFile(path, 'utf8');
      const second = await test.run('publish', await project('2.0.0'), '--data', data, '-f', 'json');
      assert.equal(publisherOf(second), publisherOf(first));
      assert.equal(await readFile(path, 'utf8'), key);
    });

    it('is not used when others can read its file', async function () {
      skipOnWindows(this, 'modes of files');
      const data = await test.folder('one');
      await test.run('publish', await project(), '--data', data);
      await chmod(join(data, 'publisher.key'), 0o640);
      const refused = await test.run('publish', await project('2.0.0'), '--data', data);
      assert.equal(refused.code, 2);
      assert.match(refused.errors, /chmod 600 .*publisher\.key/);
    });

    it('is not replaced when its file is damaged, and nothing of it is printed', async () => {
      const data = await test.folder('one');
      await mkdir(data, { recursive: true });
      await writeFile(join(data, 'publisher.key'), 'SECRETTEXT', { mode: 0o600 });
      const refused = await test.run('publish', await project(), '--data', data);
      assert.equal(refused.code, 2);
      assert.match(refused.errors, /publisher\.key: Cannot read the publisher key/);
      assert.ok(!`${refused.errors}${refused.output}`.includes('SECRETTEXT'));
      assert.equal(await readFile(join(data, 'publisher.key'), 'utf8'), 'SECRETTEXT');
    });
  });
});
