import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../../../../src/cli/commands/start.ts';
import { parseFlags } from '../../../../src/cli/command-line/flags.ts';
import { parseHttpAddress, isOwnHost } from '../../../../src/cli/service/http-address.ts';
import { defaultConfigFile } from '../../../../src/cli/settings/config-file.ts';
import { CLI_SETTINGS } from '../../../../src/cli/settings/cli-settings.ts';
import { DEFAULT_NODE_SETTINGS } from '../../../../src/shared/settings/node-settings.ts';
import type { Settings } from '../../../../src/cli/settings/settings.ts';
import { resolveSettings } from '../../../../src/cli/settings/settings.ts';

describe('settings of the command line', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ggen-settings-'));
    file = join(folder, 'config.toml');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const resolve = (args: string[], env: Record<string, string> = {}): Promise<Settings> =>
    resolveSettings(parseFlags(start, args), { XDG_CONFIG_HOME: folder, ...env });

  it('have a data folder and a file with a name', async () => {
    for (const flag of ['--data', '--config'])
      for (const value of ['', ' '])
        await assert.rejects(resolve([flag, value]), {
          name: 'UsageError',
          message: `${flag} needs a path, but it is empty.`,
        });
  });

  it('are refused when the file that is named does not exist', async () => {
    const gone = join(folder, 'gone.toml');
    const expected = { name: 'UsageError', message: /gone\.toml does not exist\. Check --config/ };
    await assert.rejects(resolve(['--config', gone]), expected);
    await assert.rejects(resolve([], { GGEN_P2P_CONFIG: gone }), expected);
  });

  it('come from the flag, else the environment, else the file, else the default, individually', async () => {
    await writeFile(file, 'listen = ["file"]\nbootstrap = ["file"]\nname = "file"\n');
    const env = { GGEN_P2P_LISTEN: 'env', GGEN_P2P_BOOTSTRAP: 'env, other', GGEN_P2P_CONFIG: file };
    const settings = await resolve(['--listen', 'flag'], env);
    assert.deepEqual(settings.texts('listen'), ['flag']);
    assert.deepEqual(settings.texts('bootstrap'), ['env', 'other']);
    assert.equal(settings.text('name'), 'file');
    assert.deepEqual(
      ['listen', 'bootstrap', 'name', 'fan-out'].map((key) => settings.source(key)),
      ['flag', 'environment', 'file', 'default'],
    );
    assert.equal(settings.all.find(({ key }) => key === 'bootstrap')?.origin, 'GGEN_P2P_BOOTSTRAP');
    assert.equal(settings.all.find(({ key }) => key === 'name')?.origin, file);
  });

  it('for the DHT: a short-lived command runs in client mode unless configured otherwise', async () => {
    const modes = async (args: string[], env = {}): Promise<string[]> => {
      const settings = await resolve(args, env);
      return [settings.node('persistent').dhtMode, settings.node('transient').dhtMode];
    };
    assert.deepEqual(await modes([]), ['server', 'client']);
    assert.deepEqual(await modes(['--dht-server']), ['server', 'server']);
    assert.deepEqual(await modes(['--dht-client']), ['client', 'client']);
    assert.deepEqual(await modes([], { GGEN_P2P_DHT_SERVER: 'true' }), ['server', 'server']);
    assert.deepEqual(await modes([], { GGEN_P2P_DHT_SERVER: '0' }), ['client', 'client']);
    assert.deepEqual(await modes(['--dht-server'], { GGEN_P2P_DHT_SERVER: 'no' }), ['server', 'server']);
  });

  it('resolve paths of a file relative to that file', async () => {
    await writeFile(file, 'data = "state"\npublish = ["a", "/b"]\n');
    const settings = await resolve(['-c', file]);
    assert.equal(settings.dataDir, join(folder, 'state'));
    assert.deepEqual(settings.texts('publish'), [join(folder, 'a'), '/b']);
  });

  it('limit transfers and name a location, from flags, variables and the file alike', async () => {
    const expected = {
      seedInstalled: false,
      uploadRate: 500_000,
      downloadRate: 0,
      uploadPerDay: 20_000_000_000,
      downloadPerDay: 1_048_576,
      transfersPerPeer: 2,
      limitLocalNetwork: true,
    };
    const location = { latitude: -33.9, longitude: 18.4, region: 'Cape Town' };
    const flags = [
      '--no-seed-installed',
      '--upload-rate',
      '500kB',
      '--upload-per-day',
      '20GB',
      '--limit-local-network',
    ];
    flags.push('--download-rate', '0', '--download-per-day=1MiB', '--transfers-per-peer', '2');
    const environment = {
      GGEN_P2P_SEED_INSTALLED: 'no',
      GGEN_P2P_UPLOAD_RATE: '500kB',
      GGEN_P2P_UPLOAD_PER_DAY: '20GB',
      GGEN_P2P_DOWNLOAD_PER_DAY: '1MiB',
      GGEN_P2P_TRANSFERS_PER_PEER: '2',
      GGEN_P2P_LIMIT_LOCAL_NETWORK: '1',
      GGEN_P2P_LOCATION: '-33.9, 18.4, Cape Town',
    };
    await writeFile(
      file,
      `seed-installed = false
upload-rate = 500_000
upload-per-day = "20 GB"
download-per-day = "1MiB"
transfers-per-peer = 2
limit-local-network = true
location = "-33.9,18.4,Cape Town"
`,
    );
    for (const settings of [
      await resolve([...flags, '--location=-33.9,18.4,Cape Town']),
      await resolve([], environment),
      await resolve(['-c', file]),
    ]) {
      const node = settings.node('persistent');
      assert.deepEqual(node.transfers, expected);
      assert.deepEqual(node.location, location);
    }
    assert.equal((await resolve(['-c', file, '--location='])).node('persistent').location, undefined);
  });

  it('that are switches are turned off by --no-x, even if the file turns them on; the last one counts', async () => {
    await writeFile(file, 'http-remote = true\n');
    assert.equal((await resolve(['-c', file])).isEnabled('http-remote'), true);
    assert.equal((await resolve(['-c', file, '--no-http-remote'])).isEnabled('http-remote'), false);
    assert.equal((await resolve(['--no-dht-server'])).node('persistent').dhtMode, 'client');
    assert.equal((await resolve(['--no-seed-installed', '--seed-installed'])).isEnabled('seed-installed'), true);
    assert.throws(() => parseFlags(start, ['--no-daemon']), { name: 'UsageError', message: /--no-daemon/ });
  });

  it('that are the defaults start a node with the same settings as VS Code does', async () => {
    assert.deepEqual((await resolve([])).node('persistent'), DEFAULT_NODE_SETTINGS);
  });

  for (const [flag, message] of [
    ['--upload-rate=15kB', /--upload-rate must be a size from 16 kB to .*, or 0 for no limit/],
    ['--quota=1MB', /--quota must be a size from 1\.1 MB/],
    ['--transfers-per-peer=17', /from 1 to 16/],
    ['--location=91,0', /latitude from -90 to 90/],
    ['--location=Berlin', /latitude/],
    ['--location=1', /longitude/],
    [`--location=1,2,${'x'.repeat(65)}`, /at most 64/],
  ] as const) {
    it(`reject ${flag.slice(0, 30)}`, async () => {
      await assert.rejects(resolve([flag]), { name: 'UsageError', message });
    });
  }

  it('have one name each, in the file as on the command line', () => {
    const flags = new Set(start.options.map(({ long }) => long));
    for (const { flag } of CLI_SETTINGS) assert.ok(flags.has(flag), flag);
    assert.equal(new Set(CLI_SETTINGS.map(({ variable }) => variable)).size, CLI_SETTINGS.length);
  });

  for (const [text, message] of [
    ['nonsense = 1', /unknown setting nonsense\. Available settings: data, listen/],
    ['listen = "one"', /'listen' must be a list of strings/],
    ['dht-server = "yes"', /must be true or false/],
    ['query-timeout = 0', /from 0\.1 to 300/],
    ['log-level = "loud"', /one of error, warn/],
    ['name = "a', /config\.toml/],
  ] as const) {
    it(`reject a file with ${text}`, async () => {
      await writeFile(file, text);
      await assert.rejects(resolve(['--config', file]), { name: 'UsageError', message });
    });
  }

  it('report a missing file when it was named, and only then', async () => {
    await assert.rejects(resolve(['--config', join(folder, 'none.toml')]), { name: 'UsageError' });
    assert.equal((await resolve([])).file, join(folder, 'ggen-p2p', 'config.toml'));
  });

  it("look for the file in the system's folder", () => {
    assert.equal(defaultConfigFile({ XDG_CONFIG_HOME: '/etc/x' }, 'linux'), '/etc/x/ggen-p2p/config.toml');
    assert.ok(defaultConfigFile({ APPDATA: '/roaming' }, 'win32').startsWith(join('/roaming', 'ggen-p2p')));
  });
});

describe('the address of the HTTP endpoint', () => {
  it('is on the loopback interface, unless configured otherwise', () => {
    assert.deepEqual(parseHttpAddress('9464', false), { host: '127.0.0.1', port: 9464 });
    assert.deepEqual(parseHttpAddress('[::1]:1', false), { host: '::1', port: 1 });
    assert.deepEqual(parseHttpAddress('127.0.0.2:0', false), { host: '127.0.0.2', port: 0 });
    for (const address of ['0.0.0.0:1', '[::]:1', '192.0.2.1:1', 'example.org:1']) {
      assert.throws(() => parseHttpAddress(address, false), /--http-remote/);
      assert.equal(parseHttpAddress(address, true).port, 1);
    }
    for (const wrong of ['', 'here', '127.0.0.1:', '127.0.0.1:65536', '::1:1', 'a b:1', 'http://127.0.0.1:1']) {
      assert.throws(() => parseHttpAddress(wrong, true), { name: 'UsageError' });
    }
  });

  it('is accepted as the Host header of a request, and no other name is', () => {
    for (const own of ['127.0.0.1:9464', '[::1]:9464', 'localhost', 'LOCALHOST:1', 'attic:9464', '192.0.2.1']) {
      assert.ok(isOwnHost(own, ['attic']), own);
    }
    for (const other of [
      undefined,
      '',
      'evil.example',
      '127.0.0.1.evil.example',
      'localhost.evil.example:1',
      '[::1',
      'a:b:c',
    ]) {
      assert.ok(!isOwnHost(other, ['attic']), other);
    }
  });
});
