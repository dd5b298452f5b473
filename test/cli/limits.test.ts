import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeProject } from './projects.ts';
import { buildPeer, CliTest, resultOf } from './support.ts';

const PACKAGE_BYTES = 3_000_000;

describe('transfer limits of a peer of the command line', () => {
  const test = new CliTest();
  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });
  afterEach(() => test.close());

  it('hold from the start, show in the status, and change when the configuration is read again', async () => {
    const [data, config] = [await test.folder('one'), await test.folder('config.toml')];
    const pack = await writeProject(await test.folder('pack'));
    await writeFile(join(pack, 'large.bin'), randomBytes(PACKAGE_BYTES));
    await writeFile(
      config,
      'upload-per-day = "1MB"\nlimit-local-network = true\nlocation = "52.5163,13.3777,Berlin"\n',
    );
    const flags = ['--no-seed-installed', '--upload-rate', '100MB', '--transfers-per-peer=2'];
    const { peer, address } = await test.peer('--data', data, '--config', config, '--publish', pack, ...flags);
    await peer.line('published');
    const settings = async (): Promise<Readonly<Record<string, unknown>>> =>
      resultOf(await test.run('status', '--data', data, '-f', 'json'))['settings'] as Readonly<Record<string, unknown>>;
    const limits = {
      location: '52.5,13.4,Berlin',
      'seed-installed': false,
      'upload-rate': 100_000_000,
      'download-rate': 0,
      'upload-per-day': 1_000_000,
      'download-per-day': 0,
      'transfers-per-peer': 2,
      'limit-local-network': true,
    };
    const shown = await settings();
    assert.deepEqual(Object.fromEntries(Object.keys(limits).map((key) => [key, shown[key]])), limits);

    const install = ['install', 'cli-test-pack', '--to', await test.folder('installed'), '--bootstrap', address];
    const other = ['--data', await test.folder('two')];
    const refused = await test.run(...install, ...other);
    assert.equal(refused.code, 4, refused.errors);
    await writeFile(config, '');
    assert.equal((await test.run('stop', '--reload', '--data', data)).code, 0);
    await peer.line('reloaded');
    assert.deepEqual((await settings())['upload-per-day'], 0);
    const installed = await test.run(...install, ...other);
    assert.equal(installed.code, 0, installed.errors);
  });
});
