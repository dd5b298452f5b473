import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { skipIf, skipOnWindows } from '../skip.ts';
import { writeProject } from './projects.ts';
import { buildPeer, CliTest, PROGRAM, resultOf } from './support.ts';

const PASSPHRASE = 'correct horse battery';

describe('the publisher key on the command line', () => {
  const test = new CliTest();
  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });
  afterEach(() => test.close());

  it('comes from the environment of a CI job, signs, and is not written to disk', async () => {
    const key = createPublisherKey();
    const data = await test.folder('data');
    const { peer, address } = await test.peer('--data', await test.folder('team'));
    // One line, as variables of CI systems need it.
    const environment = {
      GGEN_P2P_PUBLISHER_KEY: Buffer.from(key.secret()).toString('base64'),
      GGEN_P2P_BOOTSTRAP: address,
    };
    const pack = await writeProject(await test.folder('pack'));
    const dry = ['publish', pack, '--dry-run', '--data', data, '-f', 'json'];
    const other = await test.runIn(environment, ...dry, '--version', '9.9.9');
    assert.equal(resultOf(other)['version'], '9.9.9');
    assert.match(other.errors, /warning: gpack\.toml:4:1: .*"1\.0\.0"; 9\.9\.9 is published/);
    const published = await test.runIn(
      environment,
      'publish',
      pack,
      '--version',
      '1.0.0',
      '--data',
      data,
      '-f',
      'json',
    );
    assert.equal(published.code, 0, published.errors);
    const id = `${key.id}/cli-test-pack`;
    assert.equal(resultOf(published)['package_id'], id);
    await peer.line('package', (line) => line['id'] === id);
    await assert.rejects(access(join(data, 'publisher.key')), { code: 'ENOENT' });
    assert.ok(!`${published.output}${published.errors}`.includes(key.secret().split('\n')[1]!));

    const broken = await test.runIn({ GGEN_P2P_PUBLISHER_KEY: 'SECRETTEXT' }, 'publish', pack, '--data', data);
    assert.equal(broken.code, 2);
    assert.match(broken.errors, /GGEN_P2P_PUBLISHER_KEY/);
    assert.ok(!broken.errors.includes('SECRETTEXT'));
  });

  it('moves to another machine, encrypted with a passphrase', async function () {
    skipOnWindows(this, 'modes of files');
    const [one, two] = [await test.folder('one'), await test.folder('two')];
    const none = await test.run('key', 'show', '--data', one);
    assert.equal(none.code, 3);
    assert.match(none.errors, /^next: .*first publish/m);
    const published = await test.run('publish', await writeProject(await test.folder('pack')), '--data', one);
    assert.equal(published.code, 0, published.errors);

    const file = await test.folder('key.pem');
    const environment = { GGEN_P2P_PUBLISHER_PASSPHRASE: PASSPHRASE };
    const exported = await test.runIn(environment, 'key', 'export', file, '--data', one, '-f', 'json');
    assert.equal(exported.code, 0, exported.errors);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.doesNotMatch(await readFile(file, 'utf8'), /BEGIN PRIVATE KEY/);
    assert.equal((await test.runIn(environment, 'key', 'export', file, '--data', one)).code, 2);

    const passphraseFile = await test.folder('passphrase');
    await writeFile(passphraseFile, `${PASSPHRASE}\n`);
    const wrong = await test.runIn(
      { GGEN_P2P_PUBLISHER_PASSPHRASE: 'another one' },
      'key',
      'import',
      file,
      '--data',
      two,
    );
    assert.equal(wrong.code, 2);
    const asked = await test.run('key', 'import', file, '--data', two);
    assert.equal(asked.code, 2);
    assert.match(asked.errors, /--passphrase-file/);
    const imported = await test.run(
      'key',
      'import',
      file,
      '--passphrase-file',
      passphraseFile,
      '--data',
      two,
      '-f',
      'json',
    );
    assert.equal(imported.code, 0, imported.errors);
    assert.equal(resultOf(imported)['publisher'], resultOf(exported)['publisher']);
    assert.equal((await stat(join(two, 'publisher.key'))).mode & 0o777, 0o600);

    const replacing = await test.folder('other.pem');
    await writeFile(replacing, createPublisherKey().secret());
    const kept = await test.run('key', 'import', replacing, '--data', two);
    assert.equal(kept.code, 5);
    assert.match(kept.errors, /--replace/);
    assert.equal((await test.run('key', 'import', replacing, '--replace', '--data', two)).code, 0);
  });
});

describe('completion scripts', () => {
  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });

  it('complete commands, options, values and files in bash', async function () {
    const script = (await promisify(execFile)(process.execPath, [PROGRAM, 'completion', 'bash'])).stdout;
    const complete = async (...words: string[]): Promise<string[]> => {
      const setup = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`;
      const { stdout } = await promisify(execFile)('bash', [
        '-c',
        `${script}\n${setup}\n_ggen_p2p\nprintf '%s\\n' "\${COMPREPLY[@]}"`,
      ]);
      return stdout.split('\n').filter((word) => word !== '');
    };
    skipIf(this, !(await hasBash()), 'bash is not here');
    assert.deepEqual(await complete('ggen-p2p', 'peer'), ['peer-list', 'peer-info', 'peer']);
    assert.deepEqual(await complete('ggen-p2p', 'search', '--min'), ['--min-reputation']);
    assert.deepEqual(await complete('ggen-p2p', 'search', '--format', ''), ['table', 'json', 'yaml']);
    assert.deepEqual(await complete('ggen-p2p', 'peer-list', '-f', 'y'), ['yaml']);
    assert.deepEqual(await complete('ggen-p2p', 'publish', 'exampl'), ['examples']);
    assert.deepEqual(await complete('ggen-p2p', 'key', 'im'), ['import']);
    assert.deepEqual(await complete('ggen-p2p', 'help', 'sto'), ['stop-seeding', 'storage', 'stop']);
    // Bash splits --format=y into three words.
    assert.deepEqual(await complete('ggen-p2p', 'status', '--format', '=', 'y'), ['yaml']);
    assert.deepEqual(await complete('ggen-p2p', 'status', '--format', '='), ['table', 'json', 'yaml']);
    const folder = await mkdtemp(join(tmpdir(), 'ggen-completion-'));
    try {
      await mkdir(join(folder, 'a folder'));
      await writeFile(join(folder, 'a file.car'), '');
      const file = join(folder, 'a file.car');
      assert.deepEqual(await complete('ggen-p2p', 'publish', join(folder, 'a')), [join(folder, 'a folder')]);
      assert.deepEqual(await complete('ggen-p2p', 'import', join(folder, 'a fi')), [file]);
      assert.deepEqual(await complete('ggen-p2p', 'key', 'import', join(folder, 'a fi')), [file]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  for (const shell of ['zsh', 'fish']) {
    it(`name every command and option in ${shell}`, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, 'completion', shell]);
      for (const name of ['start', 'publish', 'peer-list', 'doctor', 'completion'])
        assert.ok(stdout.includes(name), name);
      for (const option of ['bootstrap', 'min-reputation', 'passphrase-file'])
        assert.ok(stdout.includes(option), option);
      try {
        await promisify(execFile)(shell, ['-n', '-c', stdout]);
      } catch (error) {
        // A shell that is installed must parse its script; others are left out.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      }
    });
  }
});

async function hasBash(): Promise<boolean> {
  return promisify(execFile)('bash', ['--version']).then(
    () => true,
    () => false,
  );
}
