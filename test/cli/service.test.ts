import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../net/helpers/peers.ts';
import { skipOnWindows } from '../skip.ts';
import { writeProject } from './projects.ts';
import { buildPeer, CliTest, resultOf } from './support.ts';
import type { PeerProcess } from './support.ts';

const UNIT = join(import.meta.dirname, '..', '..', 'packaging', 'ggen-p2p.service');

interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function get(url: string, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, url), { method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    call.once('error', reject).end();
  });
}

describe('a peer that serves a team', () => {
  const test = new CliTest();
  before(async function () {
    this.timeout(120_000);
    skipOnWindows(this, 'signals');
    await buildPeer();
  });
  afterEach(() => test.close());

  /** A command that published a package and runs the node for a minute. */
  async function publisher(data: string): Promise<PeerProcess> {
    const project = await writeProject(await test.folder('pack'));
    const command = test.spawn(['publish', project, '--data', data, '--seed', '60']);
    await eventually('the command is at work', () => command.output.includes('Published'));
    return command;
  }

  it('starts in the background once, is attached to by every command, and ends on request', async () => {
    const data = await test.folder('data');
    const flags = ['--data', data, '--format', 'json'];
    const started = resultOf(await test.run('start', '--daemon', '--log-format', 'json', ...flags));
    test.endAfterwards(Number(started['pid']));
    assert.equal(started['already_running'], false);
    assert.equal((await stat(String(started['log']))).mode & 0o777, 0o600);
    const repeated = resultOf(await test.run('start', '-d', ...flags));
    assert.deepEqual([repeated['already_running'], repeated['pid']], [true, started['pid']]);

    const status = await test.run('status', ...flags);
    assert.equal(status.code, 0);
    const { running, pid, runner } = resultOf(status);
    assert.deepEqual([running, pid, runner], [true, started['pid'], 'peer']);

    const published = await test.run('publish', await writeProject(await test.folder('pack')), ...flags, '--name', 'x');
    assert.equal(published.code, 0, published.errors);
    assert.match(published.errors, /keeps its settings; ignored: --name/);
    const found = resultOf(await test.run('search', 'cli', ...flags));
    assert.equal((found['packages'] as unknown[]).length, 1);

    // Every line of its log has the requested format.
    const log = (await readFile(String(started['log']), 'utf8')).trim().split('\n');
    assert.ok(
      log.map((line) => JSON.parse(line) as { message: string }).some(({ message }) => message.startsWith('Ready as')),
    );

    const stopped = await test.run('stop', ...flags);
    assert.equal(stopped.code, 0, stopped.errors);
    assert.deepEqual(resultOf(stopped), { pid: started['pid'], stopped: true });
    assert.equal((await test.run('status', ...flags)).code, 6);
    const nothing = await test.run('stop', ...flags);
    assert.equal(nothing.code, 6);
    assert.match(nothing.errors, /No node is running/);
  });

  it('is not considered dead while it is suspended', async () => {
    const data = await test.folder('data');
    const { peer } = await test.peer('--data', data);
    peer.child.kill('SIGSTOP');
    const timedOut = await test.run('status', '--data', data, '--timeout', '1');
    assert.equal(timedOut.code, 4, timedOut.errors);
    assert.match(timedOut.errors, /Timed out after 1 seconds/);
    const second = await test.run('start', '--data', data);
    peer.child.kill('SIGCONT');
    assert.equal(second.code, 6, second.errors);
    assert.match(second.errors, /suspended/);
    const stopped = await test.run('stop', '--data', data, '-f', 'json');
    assert.equal(stopped.code, 0, stopped.errors);
    assert.equal(resultOf(stopped)['pid'], peer.child.pid);
  });

  it('says why it did not start in the background', async () => {
    const data = await test.folder('data');
    const { code, errors } = await test.run('start', '-d', '--data', data, '--listen', '/ip4/192.0.2.1/tcp/1');
    assert.equal(code, 1);
    assert.match(errors, /did not start/);
    assert.match(errors, /192\.0\.2\.1/);
    assert.match(errors, /^next: .*peer\.log/m);
  });

  it('is not stopped by stop when another program owns the node', async () => {
    const data = await test.folder('data');
    const publishing = await publisher(data);
    const { code, errors } = await test.run('stop', '--data', data);
    assert.equal(code, 6);
    assert.match(errors, new RegExp(`process ${publishing.child.pid}, which is not a command-line peer`));
    assert.match(errors, /^next: /m);
    publishing.child.kill('SIGTERM');
    await publishing.exit;
  });

  it('serves liveness, readiness, metrics and status over HTTP, to allowed clients only', async () => {
    const data = await test.folder('data');
    const { peer } = await test.peer('--data', data, '--http', '127.0.0.1:0');
    const url = String(peer.lines[0]!['http']);
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const alive = await get(url, '/healthz');
    assert.deepEqual([alive.status, alive.body], [200, 'ok\n']);
    assert.equal((await get(url, '/readyz')).status, 200);
    await test.run('publish', await writeProject(await test.folder('pack')), '--data', data);
    await test.run('search', 'cli', '--data', data);

    const metrics = await get(url, '/metrics');
    assert.match(String(metrics.headers['content-type']), /^text\/plain; version=0\.0\.4/);
    assert.match(metrics.body, /^p2p_connected_peers 0$/m);
    assert.match(metrics.body, /^p2p_known_packages\{section="published"\} 1$/m);
    assert.match(metrics.body, /^p2p_packages_published_total 1$/m);
    assert.match(metrics.body, /^p2p_operations_total\{operation="publish",status="ok"\} 1$/m);
    assert.match(metrics.body, /^p2p_searches_total\{cache_hit="true"\} 1$/m);
    assert.match(metrics.body, /^p2p_operation_duration_ms_bucket\{operation="search",le="\+Inf"\} 1$/m);
    // Every line is a comment or a sample of the text format, version 0.0.4.
    for (const line of metrics.body.trim().split('\n')) {
      assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)*\})? [-+\d.eInfNa]+|)$/);
    }

    const status = JSON.parse((await get(url, '/status')).body) as Record<string, unknown>;
    assert.equal(status['state'], 'running');
    assert.equal(status['pid'], peer.child.pid);

    assert.equal((await get(url, '/secrets')).status, 404);
    assert.equal((await get(url, '/__proto__')).status, 404);
    assert.equal((await get(url, '/status', {}, 'POST')).status, 405);
    const foreignHostResponse = await get(url, '/status', { host: 'evil.example' });
    assert.equal(foreignHostResponse.status, 421);
    assert.ok(!foreignHostResponse.body.includes('peer_id'));
    assert.equal((await get(url, '/healthz', { host: 'localhost:1' })).status, 200);
    assert.equal(metrics.headers['access-control-allow-origin'], undefined);
    assert.equal((await get(url, '/healthz', {}, 'HEAD')).body, '');
  });

  it('reloads its configuration on SIGHUP, and keeps the old one when the new one is invalid', async () => {
    const data = await test.folder('data');
    const file = await test.folder('config.toml');
    await writeProject(await test.folder('pack'));
    await writeFile(file, 'name = "before"\nlog-format = "json"\n');
    const { peer } = await test.peer('--data', data, '--config', file);
    const statusOf = async (): Promise<Record<string, unknown>> =>
      resultOf(await test.run('status', '--data', data, '-f', 'json'))['settings'] as Record<string, unknown>;
    assert.equal((await statusOf())['name'], 'before');

    await writeFile(
      file,
      'name = "after"\nfan-out = 7\npublish = ["pack"]\nhttp = "127.0.0.1:0"\nlog-format = "json"\n',
    );
    peer.child.kill('SIGHUP');
    await peer.line('published');
    await peer.line('reloaded');
    const { name, 'fan-out': fanOut } = await statusOf();
    assert.deepEqual([name, fanOut], ['after', 7]);

    // An endpoint that cannot be opened is reported and tried again at the next reload; the old one answers until then.
    const { http } = resultOf(await test.run('start', '-d', '--data', data, '-f', 'json'));
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as AddressInfo;
    await writeFile(file, `name = "after"\nfan-out = 7\nhttp = "127.0.0.1:${port}"\nlog-format = "json"\n`);
    peer.child.kill('SIGHUP');
    await peer.line('error', (line) => String(line['message']).includes('EADDRINUSE'));
    const healthy = async (): Promise<unknown> => {
      const repeated = resultOf(await test.run('start', '-d', '--data', data, '-f', 'json'))['http'];
      return typeof repeated === 'string' && (await get(repeated, '/healthz')).status === 200;
    };
    assert.equal(typeof http, 'string');
    await eventually('the endpoint answers as before', healthy);
    busy.close();
    await once(busy, 'close');
    peer.child.kill('SIGHUP');
    await eventually('it listens there', () => get(`http://127.0.0.1:${port}`, '/healthz').catch(() => undefined));

    await writeFile(file, 'nonsense = true\n');
    peer.child.kill('SIGHUP');
    await peer.line('error', (line) => String(line['message']).includes('unknown setting nonsense'));
    assert.equal((await statusOf())['name'], 'after');

    // A rejected configuration published nothing, so its folders are new to the next one.
    await writeProject(await test.folder('late'), 'late-pack');
    await writeFile(file, 'bootstrap = ["nowhere"]\npublish = ["late"]\nlog-format = "json"\n');
    peer.child.kill('SIGHUP');
    await peer.line('error', (line) => String(line['message']).includes("'nowhere'"));
    assert.equal((await statusOf())['name'], 'after');
    await writeFile(file, 'name = "last"\npublish = ["late"]\nlog-format = "json"\n');
    peer.child.kill('SIGHUP');
    await peer.line('published', (line) => String(line['id']).endsWith('/late-pack'));
    assert.equal((await statusOf())['name'], 'last');
    const logged = peer.errors
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.ok(logged.some(({ level, message }) => level === 'error' && String(message).includes('nonsense')));
  });

  it('tells the command that asked for a reload whether the configuration was refused', async () => {
    const data = await test.folder('told');
    const file = await test.folder('told.toml');
    await writeFile(file, 'log-level = "warn"\n');
    const { peer } = await test.peer('--data', data, '--config', file);
    const reload = ['stop', '--reload', '--data', data, '-f', 'json'];
    const accepted = await test.run(...reload);
    assert.deepEqual([accepted.code, resultOf(accepted)['reloaded']], [0, true], accepted.errors);
    await writeFile(file, 'fan-out = 99\n');
    const refused = await test.run(...reload);
    assert.deepEqual([refused.code, refused.output], [2, '']);
    const { error } = JSON.parse(refused.errors) as { error: { name: string; message: string } };
    assert.equal(error.name, 'ReloadFailed');
    assert.match(error.message, /keeps the previous one: .*told\.toml: 'fan-out' must be/);
    await peer.line('error');
  });

  it('starts once when several commands start it at the same time, also over the socket of a killed peer', async () => {
    const data = await test.folder('raced');
    const start = ['start', '-d', '--data', data, '-f', 'json'];
    for (let round = 0; round < 2; round++) {
      const ended = await Promise.all([1, 2, 3].map(() => test.run(...start)));
      for (const { code, errors } of ended) assert.equal(code, 0, errors);
      const results = ended.map(resultOf);
      const pid = Number(results[0]!['pid']);
      test.endAfterwards(pid);
      assert.deepEqual([...new Set(results.map((result) => result['pid']))], [pid]);
      assert.equal(results.filter((result) => result['already_running'] === false).length, 1);
      const repeated = await Promise.all([1, 2, 3].map(() => test.run(...start)));
      for (const one of repeated) assert.equal(resultOf(one)['already_running'], true, one.errors);
      process.kill(pid, 'SIGKILL');
      await eventually('the killed peer no longer answers', async () => {
        return (await test.run('stop', '--data', data)).code === 6;
      });
    }
  });

  it('keeps its previous configuration when a new one names a port in use', async () => {
    const data = await test.folder('data');
    const file = await test.folder('config.toml');
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as AddressInfo;
    await writeFile(file, 'name = "before"\nlisten = ["/ip4/127.0.0.1/tcp/0"]\n');
    const command = ['start', '--data', data, '--config', file, '--format', 'json'];
    const peer = test.spawn(command, { GGEN_P2P_LISTEN: '' });
    await peer.line('ready');
    await writeFile(file, `name = "after"\nlisten = ["/ip4/127.0.0.1/tcp/${port}"]\n`);
    peer.child.kill('SIGHUP');
    await peer.line('error', (line) => String(line['message']).includes('in use'));
    const { running, settings } = resultOf(await test.run('status', '--data', data, '-f', 'json'));
    assert.deepEqual([running, (settings as { name: string }).name], [true, 'before']);
    busy.close();
  });

  it('exits within its timeout on SIGTERM, while work is in progress', async () => {
    const data = await test.folder('data');
    const { peer, address } = await test.peer('--data', data, '--http', '127.0.0.1:0');
    const { peer: other } = await test.peer('--data', await test.folder('other'), '--bootstrap', address);
    await other.line('peer', (line) => line['connected'] === true);
    // An open connection must not delay the end.
    const url = String(peer.lines[0]!['http']);
    await get(url, '/healthz', { connection: 'keep-alive' });
    const publishing = test.spawn(['publish', await writeProject(await test.folder('pack')), '--data', data]);
    const killTimer = setTimeout(() => peer.child.kill('SIGKILL'), 5_000);
    peer.child.kill('SIGTERM');
    assert.equal(await peer.exit, 0);
    clearTimeout(killTimer);
    // The attached command takes the node over, or reports why it could not.
    await publishing.exit;
    await other.line('peer', (line) => line['connected'] === false);
  });

  it('stands by while another program owns the node, and takes over when it ends', async () => {
    const data = await test.folder('data');
    const publishing = await publisher(data);
    const { peer } = await test.peer('--data', data, '--log-level', 'info', '--name', 'standby');
    assert.equal(peer.lines[0]!['attached'], true);
    assert.match(peer.errors, /already running in process \d+/);
    publishing.child.kill('SIGTERM');
    await publishing.exit;
    await eventually('the peer has the node', async () => {
      const { running, pid, settings } = resultOf(await test.run('status', '--data', data, '-f', 'json'));
      const { name } = (settings ?? {}) as { name?: string };
      return running === true && pid === peer.child.pid && name === 'standby';
    });
  });

  it('has a valid systemd unit file', async () => {
    const unit = await readFile(UNIT, 'utf8');
    assert.match(unit, /^ExecReload=\/bin\/kill -HUP \$MAINPID$/m);
    const [, args = ''] = /^ExecStart=\S+ggen-p2p (.+)$/m.exec(unit) ?? [];
    // Its options exist in the program; its folders do not exist here.
    const checked = await test.run(...args.split(' '), '--help');
    assert.equal(checked.code, 0, checked.errors);
    const copy = await test.folder('ggen-p2p.service');
    await writeFile(copy, unit.replaceAll('/usr/local/bin/ggen-p2p', process.execPath));
    const { stderr } = await promisify(execFile)('systemd-analyze', ['verify', copy]).catch((error: unknown) => {
      // Not every system has systemd.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { stderr: '' };
      throw error;
    });
    assert.equal(stderr, '');
  });
});
