import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import packageJson from '../../package.json' with { type: 'json' };
import { skipOnWindows } from '../skip.ts';
import type { CommandResult } from './support.ts';
import { buildPeer, CliTest, resultOf } from './support.ts';

/** Processes at the same time. */
const CONCURRENCY = 6;
const UNREACHABLE_PEER = '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWMEkTdkKZtKbADuiPETm24Pk7evPvBFaViVX6cAETtDYE';

describe('invalid command-line usage', () => {
  const test = new CliTest();
  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });
  afterEach(() => test.close());

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown command', ['frobnicate'], /Unknown command 'frobnicate'/],
    ['a mistyped command', ['instal', 'x'], /Unknown command 'instal'\. Did you mean 'install'\?/],
    ['help for an unknown command', ['help', 'serch'], /Unknown command 'serch'\. Did you mean 'search'\?/],
    ['an unknown option', ['start', '--frobnicate'], /^error: start has no option '--frobnicate'\.$/m],
    ['a mistyped option', ['start', '--bootsrap', 'x'], /Did you mean '--bootstrap'\?/],
    ['an option before the command', ['--data'], /Options follow the command/],
    ['a value for a switch', ['start', '--daemon=yes'], /^error: start: --daemon takes no value, but got 'yes'\.$/m],
    [
      'an option in place of a value',
      ['start', '--listen', '--daemon'],
      /--listen requires a value.*--listen=--daemon/,
    ],
    ['a mistyped action', ['seeding', 'puase'], /supports pause, resume, not 'puase'\. Did you mean 'pause'\?/],
    ['no action', ['storage'], /requires an action: clean, verify/],
    ['a peer to ban that is none', ['peer', 'ban', 'x'], /not a peer ID/],
    ['a ban of no duration', ['peer', 'ban', UNREACHABLE_PEER.slice(-52), '--for', '0d'], /30m, 12h, or 7d/],
    ['a choice without its publisher', ['install', 'a', '--choose', 'a'], /full ID/],
    ['a dist-tag without a version', ['dist-tag', 'add', 'a', 'next'], /ID@VERSION/],
    ['a dist-tag to remove without its name', ['dist-tag', 'rm', 'a'], /ID TAG/],
    ['a publisher that is none', ['publisher', 'trust', 'me'], /not a publisher ID/],
    ['a release to compare without its version', ['diff', 'a'], /ID@VERSION/],
    ['an operand where none is', ['peer-list', 'all'], /no arguments/],
    [
      'an option without its value',
      ['start', '--listen'],
      /^error: start: --listen requires a value: --listen ADDR\.$/m,
    ],
    ['both modes of the DHT', ['search', 'x', '--dht-server', '--dht-client'], /one of/],
    ['no package', ['install', '--to', 'x'], /one package/],
    ['two packages', ['install', 'a', 'b', '--to', 'x'], /one package/],
    ['a package that cannot be', ['install', 'No Name', '--to', 'x'], /not a package name/],
    ['two versions', ['install', 'a@1.0.0', '--version', '2.0.0', '--to', 'x'], /once/],
    ['no text', ['search'], /what to search for/],
    ['a limit that is none', ['search', 'x', '--limit', '1e2'], /--limit/],
    ['a limit too high', ['search', 'x', '--limit', '101'], /1 to 100/],
    ['a reputation above 1', ['search', 'x', '--min-reputation', '1.5'], /0 to 1/],
    ['an unknown order', ['search', 'x', '--sort', 'luck'], /relevance/],
    ['an unknown format', ['status', '--format', 'xml'], /table, json, yaml/],
    ['a time that is none', ['publish', '.', '--timeout', '0'], /--timeout/],
    ['no folder', ['publish'], /one folder/],
    ['a release without its version', ['yank', 'a'], /ID@VERSION/],
    ['a peer id that is none', ['peer-info', 'nonsense'], /not a peer ID/],
    ['no address', ['bootstrap'], /at least one address/],
    ['an action that is none', ['key', 'sell', 'it'], /show, export, import/],
    ['a shell that is none', ['completion', 'cmd'], /bash, zsh, fish/],
    ['a quota that is none', ['start', '--quota', 'much'], /20GB/],
    ['something to mirror that cannot be', ['start', '--mirror', 'my-pack'], /publisher\/name/],
    ['HTTP for other machines', ['start', '--http', '0.0.0.0:9464'], /--http-remote/],
    ['an address for HTTP that is none', ['start', '--http', 'here'], /127\.0\.0\.1:9464/],
  ];
  /** Run all commands, some at the same time: each is a process of its own. */
  const runInvalidCommands = async (): Promise<readonly CommandResult[]> => {
    const data = await test.folder('data');
    const ended: CommandResult[] = [];
    for (let first = 0; first < wrong.length; first += CONCURRENCY) {
      const calls = wrong.slice(first, first + CONCURRENCY).map(([what, args]) => {
        const takesData =
          !what.includes('value') && !['frobnicate', 'completion', 'instal', 'help', '--data'].includes(args[0]!);
        return test.run(...args, ...(takesData ? ['--data', data] : []));
      });
      ended.push(...(await Promise.all(calls)));
    }
    await assert.rejects(readdir(data), { code: 'ENOENT' });
    return ended;
  };

  describe('refuses with exit code 2, and does nothing:', () => {
    let ended: readonly CommandResult[];
    before(async () => {
      ended = await runInvalidCommands();
    });
    for (const [index, [what, , message]] of wrong.entries()) {
      it(what, () => {
        const { code, output, errors } = ended[index]!;
        assert.equal(code, 2, errors);
        assert.match(errors, message);
        assert.match(errors, /^next: .*--help/m);
        assert.doesNotMatch(errors, /^ +at /m);
        assert.equal(output, '');
      });
    }
  });

  it('reports usage errors in the requested output format', async () => {
    for (const args of [
      ['status', '--frobnicate', '--format', 'json'],
      ['frobnicate', '-f', 'json'],
      ['search', '--format=json'],
    ]) {
      const { code, output, errors } = await test.run(...args);
      assert.deepEqual([code, output], [2, '']);
      const { error } = JSON.parse(errors) as { error: Record<string, unknown> };
      assert.deepEqual(Object.keys(error), ['name', 'message', 'next']);
      assert.equal(error['name'], 'UsageError');
    }
  });

  it('reports an invalid data folder, and one written by a newer version', async () => {
    const file = await test.folder('file');
    await writeFile(file, 'no folder');
    const taken = await test.run('status', '--data', file);
    assert.equal(taken.code, 2, taken.errors);
    assert.match(taken.errors, /cannot be used for node data.*Choose another folder/);

    const data = await test.folder('data');
    assert.equal((await test.run('status', '--data', data)).code, 6);
    const database = new DatabaseSync(join(data, 'catalog.sqlite'));
    database.exec('PRAGMA user_version = 999');
    database.close();
    const newer = await test.run('search', 'x', '--data', data, '-f', 'json');
    assert.equal(newer.code, 6, newer.errors);
    const { error } = JSON.parse(newer.errors) as { error: Record<string, unknown> };
    assert.equal(error['name'], 'DatabaseTooNew');
    assert.match(String(error['next']), /newest version/);
  });

  it('rejects invalid addresses and environment variables with exit code 2', async () => {
    const data = ['--data', await test.folder('data')];
    for (const args of [
      ['--bootstrap', 'nonsense'],
      ['--bootstrap', '/ip4/127.0.0.1/tcp/1'],
      ['--listen', 'nonsense'],
    ]) {
      const { code, errors } = await test.run('start', ...args, ...data);
      assert.equal(code, 2);
      assert.match(errors, /address/);
    }
    const { code, errors } = await test.runIn({ GGEN_P2P_DHT_SERVER: 'perhaps' }, 'start', ...data);
    assert.equal(code, 2);
    assert.match(errors, /GGEN_P2P_DHT_SERVER/);
  });

  it('reads addresses and the data folder from the environment, with options taking precedence', async () => {
    const home = await test.folder('home');
    const { address } = await test.peer('--data', await test.folder('one'));
    const environment = {
      GGEN_P2P_BOOTSTRAP: `${UNREACHABLE_PEER}, ${address}`,
      XDG_DATA_HOME: home,
      LOCALAPPDATA: home,
      HOME: home,
    };
    const joined = test.spawn(['start', '--format', 'json'], environment);
    await joined.line(
      'peer',
      (line) => line['connected'] === true && String(line['address']).startsWith(address.slice(0, 14)),
    );
    const files = await readdir(home, { recursive: true });
    assert.ok(files.some((path) => path.includes('ggen-p2p') && path.endsWith('peer.key')));
    joined.child.kill('SIGTERM');
    assert.equal(await joined.exit, 0);

    const alone = await test.runIn(environment, 'search', '', '--bootstrap', UNREACHABLE_PEER, '--format', 'json');
    assert.equal(alone.code, 4);
    const [error] = alone.errors.split('\n').filter((line) => line.startsWith('{'));
    assert.equal((JSON.parse(error!) as { error: { name: string } }).error.name, 'PeerUnreachable');
  });

  it('resolves relative paths against the folder where npm was called', async () => {
    const folder = await test.folder('typed-here');
    await mkdir(join(folder, 'pack'), { recursive: true });
    await writeFile(join(folder, 'pack', 'package.json'), '{"name":"typed-here","version":"1.0.0"}');
    const environment = { npm_lifecycle_event: 'peer', INIT_CWD: folder };
    const { code, errors } = await test.runIn(environment, 'publish', 'pack', '--data', 'data');
    assert.equal(code, 0, errors);
    assert.ok((await readdir(join(folder, 'data'))).includes('peer.key'));
  });

  it('suggests a next step for every kind of failure', async () => {
    const data = ['--data', await test.folder('data')];
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as AddressInfo;
    const nowhere = await test.folder('nowhere');
    const cases: readonly (readonly [code: number, args: readonly string[], next: RegExp])[] = [
      [3, ['publish', nowhere], /gpack\.toml/],
      [3, ['verify', 'nothing-like-it'], /everything installed/],
      [2, ['key', 'import', nowhere], /key --help/],
      [1, ['start', '--http', `127.0.0.1:${port}`], /--http HOST:PORT/],
    ];
    for (const [code, args, next] of cases) {
      const ended = await test.run(...args, ...data);
      assert.equal(ended.code, code, ended.errors);
      assert.match(ended.errors.split('\n').find((line) => line.startsWith('next: ')) ?? ended.errors, next);
    }
    busy.close();
  });

  it('exits with code 3 when no peer knows the package, suggests a next step, and writes nothing', async () => {
    const to = await test.folder('target');
    const data = await test.folder('data');
    const { code, output, errors } = await test.run('install', 'nowhere-to-be-found', '--to', to, '--data', data);
    assert.equal(code, 3);
    assert.equal(output, '');
    assert.match(errors, /^error: .*nowhere-to-be-found/m);
    assert.match(errors, /^next: .*search/m);
    await assert.rejects(readdir(to), { code: 'ENOENT' });
  });

  it('does not find a file that is absent, and replaces none unasked', async () => {
    const data = ['--data', await test.folder('data')];
    const file = await test.folder('release.car');
    const absent = await test.run('import', file, ...data, '-f', 'json');
    assert.equal(absent.code, 3);
    const { error } = JSON.parse(absent.errors) as { error: { name: string; message: string } };
    assert.equal(error.name, 'FileNotFound');
    assert.ok(error.message.includes(file));
    await writeFile(file, 'precious');
    const refused = await test.run('export', 'any-pack', file, ...data);
    assert.equal(refused.code, 1);
    assert.match(refused.errors, /already exists\.\nnext: .*--replace/);
    assert.equal(await readFile(file, 'utf8'), 'precious');
    // With --replace it goes on, and finds no such package.
    assert.equal((await test.run('export', 'any-pack', file, '--replace', ...data)).code, 3);
  });

  it('prints its version and help without reading more', async () => {
    for (const flag of ['--version', '-V']) {
      assert.deepEqual(await test.run(flag), { code: 0, output: `${packageJson.version}\n`, errors: '' });
    }
    const { output } = await test.run('help', 'diff');
    assert.equal(output, (await test.run('diff', '--help')).output);
  });

  it('exits with the code of the signal when interrupted, and leaves no files behind', async function () {
    skipOnWindows(this, 'signals');
    // A process that accepts the connection and sends nothing.
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const data = await test.folder('data');
    const address = UNREACHABLE_PEER.replace('/tcp/1/', `/tcp/${port}/`);
    const asking = test.spawn(['search', 'x', '--data', data, '--bootstrap', address]);
    await once(silent, 'connection');
    asking.child.kill('SIGINT');
    assert.equal(await asking.exit, 130);
    assert.match(asking.errors, /^error: Interrupted before it completed/m);
    for (const socket of sockets) socket.destroy();
    silent.close();
    assert.equal((await test.run('status', '--data', data)).code, 6);
  });

  it('diagnoses problems (doctor)', async () => {
    const data = await test.folder('data');
    const fine = await test.run('doctor', '--data', data, '-f', 'json');
    assert.equal(fine.code, 0, fine.errors);
    const { checks, failed, ...rest } = resultOf(fine);
    assert.deepEqual([failed, rest], [0, {}]);
    for (const one of checks as object[]) assert.deepEqual(Object.keys(one), ['name', 'state', 'detail', 'next']);
    const states = (ended: CommandResult): Record<string, string> =>
      Object.fromEntries(
        (resultOf(ended)['checks'] as { name: string; state: string }[]).map(({ name, state }) => [name, state]),
      );
    assert.deepEqual(states(fine), {
      runtime: 'ok',
      configuration: 'ok',
      'publisher key': 'ok',
      node: 'ok',
      disk: 'ok',
      listening: 'warning',
      peers: 'warning',
    });
    const alone = await test.run('doctor', '--data', data, '--bootstrap', UNREACHABLE_PEER, '-f', 'json');
    assert.equal(alone.code, 1);
    assert.equal(states(alone)['bootstrap'], 'failed');
    const wrong = await test.runIn({ GGEN_P2P_FAN_OUT: 'many' }, 'doctor', '--data', data);
    assert.equal(wrong.code, 1);
    assert.match(wrong.output, /✗ configuration: GGEN_P2P_FAN_OUT/);
  });

  it('shows the source of each setting, and reports unknown configuration keys', async () => {
    const data = await test.folder('data');
    const file = await test.folder('config.toml');
    await writeFile(file, `listen = ["/ip4/127.0.0.1/tcp/0"]\nname = "from the file"\nfan-out = 5\ndata = "data"\n`);
    const environment = { GGEN_P2P_NAME: 'from the environment', GGEN_P2P_LISTEN: '' };
    const found = await test.runIn(environment, 'status', '--config', file, '--format', 'json');
    assert.equal(found.code, 6, found.errors);
    const configuration = resultOf(found)['configuration'] as { key: string; value: unknown; source: string }[];
    const of = (key: string): unknown[] => {
      const { value, source } = configuration.find((setting) => setting.key === key)!;
      return [value, source];
    };
    assert.deepEqual(of('data'), [data, 'file']);
    assert.deepEqual(of('name'), ['from the environment', 'environment']);
    assert.deepEqual(of('fan-out'), [5, 'file']);
    assert.deepEqual(of('query-timeout'), [30, 'default']);

    await writeFile(file, 'listne = []\n');
    const unknown = await test.run('status', '--config', file);
    assert.equal(unknown.code, 2);
    assert.match(unknown.errors, /config\.toml: unknown setting listne/);
    await writeFile(file, 'fan-out = 11\n');
    assert.match((await test.run('status', '--config', file)).errors, /'fan-out' must be a whole number from 1 to 10/);
    await writeFile(file, 'fan-out = = 3\n');
    assert.equal((await test.run('status', '--config', file)).code, 2);
  });
});
