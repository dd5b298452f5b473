import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { eventually } from '../net/helpers/peers.ts';
import { writeProject } from './projects.ts';
import type { CommandResult } from './support.ts';
import { buildPeer, CliTest, resultOf } from './support.ts';

const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'cli');
/** Set to write the files again: then read the difference, because programs rely on these shapes. */
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

/** Numbers that differ from run to run: only their presence and type are compared. */
const VARIABLE_FIELDS =
  /("?(?:query_time_ms|uptime_s|memory_bytes|pinned_bytes|damaged_blocks|pid|clients|average_response_ms|round_trip_ms|bytes_per_second|routing_table_size|topic_peers|successful_retrievals|reputation|success|response_time|availability|recency|packages_provided|verified_packages|announced_to|remote_count|connected_peers|removed_blocks|removed_bytes|bytes_received|bytes)"?: )(?:-?\d[\d.]*|null)/g;

describe('machine-readable output of the command line', () => {
  const test = new CliTest();
  const names = new Map<string, string>();
  let data: string;
  let server: string;

  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });

  before('two peers, one of them with a package', async () => {
    const one = await test.folder('one');
    const pack = await writeProject(await test.folder('pack'), 'golden-pack');
    const first = await test.peer('--data', one, '--publish', pack, '--name', 'first');
    const published = await first.peer.line('published');
    data = await test.folder('two');
    const second = await test.peer('--data', data, '--bootstrap', first.address, '--name', 'second');
    await second.peer.line('package');
    server = first.address;
    names.set(String(published['id']).split('/')[0]!, '<publisher>');
    names.set(String(published['root']), '<root>');
    names.set(first.address.split('/p2p/')[1]!, '<first peer>');
    names.set(second.address.split('/p2p/')[1]!, '<second peer>');
  });
  after(() => test.close());

  function normalized(text: string): string {
    let plain = text;
    const folders: [string, string][] = [
      [data.slice(0, -'/two'.length), '<folder>'],
      [tmpdir(), '<temporary>'],
      [`ggen-p2p/${packageJson.version}`, 'ggen-p2p/<version>'],
      [`"version": "${packageJson.version}"`, '"version": "<version>"'],
    ];
    for (const [value, name] of [...names, ...folders]) plain = plain.replaceAll(value, name);
    return (
      plain
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
        .replaceAll(/127\.0\.0\.1\/tcp\/\d+/g, '127.0.0.1/tcp/<port>')
        // A peer is known by its listen address, and for a while by the address it connected from.
        .replaceAll(/( *"[^"]*<port>[^"]*"),\n\1(?=\n)/g, '$1')
        .replaceAll(VARIABLE_FIELDS, '$1<number>')
    );
  }

  async function check(file: string, { output, errors }: CommandResult): Promise<void> {
    const found = normalized(output);
    assert.notEqual(found, '', errors);
    const path = join(FOLDER, file);
    if (UPDATE) {
      await mkdir(FOLDER, { recursive: true });
      await writeFile(path, found);
    }
    assert.equal(found, await readFile(path, 'utf8'));
  }

  const run = (...args: string[]): Promise<CommandResult> => test.run(...args, '--data', data);

  it('status', async () => {
    const { output, ...ended } = await run('status', '--format', 'json');
    const { tasks, clock, ...rest } = JSON.parse(output) as Record<string, unknown>;
    // Null until the other peer told its time.
    if (clock !== null) assert.deepEqual(Object.keys(clock as object), ['ahead_ms', 'peers']);
    // The engine decides which tasks there are.
    assert.deepEqual(Object.keys((tasks as object[])[0]!), [
      'name',
      'title',
      'running',
      'result',
      'detail',
      'last_run',
      'next_run',
    ]);
    await check('status.json', { ...ended, output: `${JSON.stringify(rest, undefined, 2)}\n` });
  });

  it('search, as JSON, YAML and a table', async () => {
    await eventually('its provider is known', async () => {
      const [found] = resultOf(await run('search', 'golden', '-f', 'json'))['packages'] as { providers: string[] }[];
      return found?.providers.length === 1;
    });
    const local = ['search', 'golden', '--local'];
    await check('search.json', await run(...local, '-f', 'json'));
    await check('search.yaml', await run(...local, '-f', 'yaml'));
    await check('search-nothing.json', await run('search', 'zzzz', '--local', '-f', 'json'));
    const { output } = await run(...local);
    assert.match(output, /^NAME +VERSION +DESCRIPTION +PEERS +REPUTATION +ID\ngolden-pack +1\.0\.0 /);
    assert.ok(!output.includes('\u001b'), 'no colors without a terminal');
  });

  it('peer-list and peer-info', async () => {
    await check('peer-list.json', await run('peer-list', '-f', 'json'));
    await check('peer-list-verbose.json', await run('peer-list', '-v', '-f', 'json'));
    const info = await run('peer-info', server.split('/p2p/')[1]!, '--full', '-f', 'json');
    const { protocols, agent, ...rest } = resultOf(info);
    assert.ok(Array.isArray(protocols) && typeof agent === 'string');
    await check('peer-info.json', { ...info, output: `${JSON.stringify(rest, undefined, 2)}\n` });
    const unknown = await run('peer-info', '12D3KooWMEkTdkKZtKbADuiPETm24Pk7evPvBFaViVX6cAETtDYE', '-f', 'json');
    assert.equal(unknown.code, 3);
    await check('error.json', { ...unknown, output: unknown.errors });
  });

  it('bootstrap', async () => {
    await check('bootstrap.json', await run('bootstrap', server, '-f', 'json'));
  });

  it('publish, yank, and the key', async () => {
    const own = await writeProject(await test.folder('own'), 'own-pack');
    const first = await run('publish', own, '--dry-run', '-f', 'json');
    names.set(String(resultOf(first)['root']), '<own root>');
    await check('publish-dry-run-first.json', first);
    const published = await run('publish', own, '-f', 'json');
    const shown = await run('key', 'show', '-f', 'json');
    names.set(String(resultOf(shown)['publisher']), '<own publisher>');
    await check('publish.json', published);
    await check('key-show.json', shown);
    await writeFile(
      join(own, 'gpack.toml'),
      (await readFile(join(own, 'gpack.toml'), 'utf8')).replace('1.0.0', '1.1.0'),
    );
    const next = await run('publish', own, '--dry-run', '-f', 'json');
    names.set(String(resultOf(next)['root']), '<next root>');
    await check('publish-dry-run.json', next);
    await run('publish', own, '--tag', 'beta');
    await check('yank.json', await run('yank', 'own-pack@1.0.0', '-f', 'json'));
    await check('dist-tag.json', await run('dist-tag', 'add', 'own-pack@1.1.0', 'next', '-f', 'json'));
    assert.equal(
      (await run('dist-tag', 'ls', 'own-pack')).output,
      'DIST-TAG  VERSION\nlatest    1.1.0\nbeta      1.1.0\nnext      1.1.0\n',
    );
    assert.equal((await run('files', 'own-pack@next', '-f', 'json')).code, 0);
    assert.deepEqual(resultOf(await run('dist-tag', 'rm', 'own-pack', 'next', '-f', 'json'))['dist_tags'], {
      latest: '1.1.0',
      beta: '1.1.0',
    });
    assert.equal((await run('dist-tag', 'rm', 'own-pack', 'next')).code, 2);
    const passphrase = await test.folder('passphrase');
    await writeFile(passphrase, 'correct horse battery');
    const key = [await test.folder('key.pem'), '--passphrase-file', passphrase, '-f', 'json'];
    await check('key-export.json', await run('key', 'export', ...key));
    await check('key-import.json', await run('key', 'import', ...key));
  });

  it('install into a folder and into a project, update, verify, uninstall', async () => {
    const to = await test.folder('installed');
    await check('install-to.json', await run('install', 'golden-pack', '--to', to, '-f', 'json'));
    const project = ['--project', await test.folder('project'), '-f', 'json'];
    await mkdir(project[1]!);
    const dry = await run('install', 'golden-pack', ...project, '--dry-run');
    assert.equal(resultOf(dry)['applied'], false);
    await check('install.json', await run('install', 'golden-pack', ...project));
    await check('update.json', await run('update', ...project));
    await writeFile(join(to, 'README.md'), 'changed');
    const verified = await run('verify', to, '-f', 'json');
    assert.equal(verified.code, 1);
    await check('verify.json', verified);
    await check('uninstall.json', await run('uninstall', 'golden-pack', ...project));
  });

  it('export and import', async () => {
    const file = await test.folder('golden.car');
    await check('export.json', await run('export', 'golden-pack', file, '-f', 'json'));
    const elsewhere = ['--data', await test.folder('three')];
    await check('import.json', await test.run('import', file, '-f', 'json', ...elsewhere));
    const to = await test.folder('offline');
    const installed = await test.run('install', 'golden-pack', '--to', to, ...elsewhere);
    assert.equal(installed.code, 0, installed.errors);
  });

  it('info, readme, files and diff', async () => {
    await check('info.json', await run('info', 'golden-pack', '-f', 'json'));
    await check('info.yaml', await run('info', 'golden-pack@1.0.0', '-f', 'yaml'));
    await check('readme.json', await run('readme', 'golden-pack', '-f', 'json'));
    assert.equal((await run('readme', 'golden-pack')).output, '# CLI test\n');
    assert.equal((await run('readme', 'golden-pack', '--changelog')).code, 3);
    await check('files.json', await run('files', 'golden-pack', '-f', 'json'));
    await check('diff.json', await run('diff', 'golden-pack@1.0.0', 'own-pack@1.0.0', '-f', 'json'));
  });

  it('list', async () => {
    const to = await test.folder('listed');
    await run('install', 'golden-pack', '--to', to);
    const listed = await run('list', '-f', 'json');
    const { packages, ...rest } = resultOf(listed) as { packages: { path: string }[] };
    const own = { packages: packages.filter(({ path }) => path === to), ...rest, total: 1 };
    await check('list.json', { ...listed, output: `${JSON.stringify(own, undefined, 2)}\n` });
  });

  it('keep, unkeep, seeding, stop-seeding and storage', async () => {
    await check('keep.json', await run('keep', 'golden-pack@1.0.0', '-f', 'json'));
    await check('kept.json', await run('keep', '-f', 'json'));
    await check('unkeep.json', await run('unkeep', 'golden-pack', '-f', 'json'));
    assert.equal((await run('unkeep', 'golden-pack')).code, 3);
    await check('seeding.json', await run('seeding', 'pause', '-f', 'json'));
    assert.deepEqual(resultOf(await run('seeding', '-f', 'json')), { paused: true });
    assert.deepEqual(resultOf(await run('seeding', 'resume', '-f', 'json')), { paused: false });
    await check('stop-seeding.json', await run('stop-seeding', 'own-pack', '-f', 'json'));
    const { blocks, ...report } = resultOf(await run('storage', 'verify', '-f', 'json'));
    assert.equal(typeof blocks, 'number');
    assert.deepEqual(Object.keys(report), ['bytes', 'damaged_blocks', 'repaired', 'unrepaired']);
    await check('storage-clean.json', await run('storage', 'clean', '-f', 'json'));
  });

  it('peer ban, unban, trust and untrust', async () => {
    const id = '12D3KooWMEkTdkKZtKbADuiPETm24Pk7evPvBFaViVX6cAETtDYE';
    const ban = ['peer', 'ban', id, '--reason', 'a test', '--for', '2h'];
    await check('peer.json', await run(...ban, '-f', 'json'));
    for (const [action, standing] of [
      ['unban', 'normal'],
      ['trust', 'trusted'],
      ['untrust', 'normal'],
    ] as const) {
      const changed = await run('peer', action, id, '-f', 'json');
      assert.equal(resultOf(changed)['standing'], standing, changed.errors);
    }
  });

  it('search with the filters of the editor and with flags', async () => {
    const found = async (...args: string[]): Promise<unknown> => {
      const { packages } = resultOf(await run('search', ...args, '--local', '-f', 'json')) as { packages: object[] };
      return packages.length;
    };
    const publisher = [...names].find(([, name]) => name === '<publisher>')![0];
    assert.equal(await found('golden', 'license:mit', 'version:>=1 <2', `publisher:${publisher}`), 1);
    assert.equal(await found('golden', 'license:apache-2.0'), 0);
    assert.equal(await found('golden', '--license', 'MIT', '--version', '^1', '--publisher', publisher), 1);
    assert.equal(await found('golden', '--version', '^2'), 0);
    assert.equal((await run('search', 'x', '--local', 'yanked:maybe')).code, 2);
  });

  it('complete prints the values of completions', async () => {
    const words = (await run('complete', 'package')).output.split('\n');
    assert.ok(words.includes('golden-pack') && words.some((word) => /^z6Mk.*\/golden-pack$/.test(word)));
    assert.ok((await run('complete', 'peer')).output.includes(server.split('/p2p/')[1]!));
    const absent = await test.folder('absent');
    assert.deepEqual(await test.run('complete', 'installed', '--data', absent), { code: 0, output: '', errors: '' });
    await assert.rejects(stat(absent), { code: 'ENOENT' });
  });
});
