import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPeer, CliTest } from './support.ts';

const NOBODY = '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWMEkTdkKZtKbADuiPETm24Pk7evPvBFaViVX6cAETtDYE';

describe('the command line of the peer', () => {
  const test = new CliTest();
  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });
  afterEach(() => test.close());

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown command', ['frobnicate'], /no command 'frobnicate'/],
    ['an unknown option', ['--frobnicate'], /--frobnicate/],
    ['an option without its value', ['--listen'], /--listen/],
    ['both modes of the DHT', ['--dht-server', '--dht-client'], /one of/],
    ['no package', ['install', '--to', 'x'], /one package/],
    ['two packages', ['install', 'a', 'b', '--to', 'x'], /one package/],
    ['a package that cannot be', ['install', 'No Name', '--to', 'x'], /not a package name/],
    ['no target', ['install', 'a'], /--to DIR/],
    ['two versions', ['install', 'a@1.0.0', '--version', '2.0.0', '--to', 'x'], /once/],
    ['no text', ['search'], /what to search for/],
    ['a limit that is none', ['search', 'x', '--limit', '1e2'], /--limit/],
    ['a limit too high', ['search', 'x', '--limit', '101'], /1 to 100/],
    ['a time that is none', ['publish', '.', '--timeout', '0'], /--timeout/],
    ['no folder', ['publish'], /one folder/],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuses ${what} with exit code 2`, async () => {
      const data = await test.folder('data');
      const { code, lines, errors } = await test.run(...args, ...(what.includes('value') ? [] : ['--data', data]));
      assert.equal(code, 2);
      assert.match(errors, message);
      assert.match(errors, /--help/);
      assert.doesNotMatch(errors, /^ +at /m);
      assert.deepEqual(lines, []);
      await assert.rejects(readdir(data), { code: 'ENOENT' });
    });
  }

  it('refuses addresses and environment that cannot be, with exit code 2', async () => {
    const data = ['--data', await test.folder('data')];
    for (const args of [
      ['--bootstrap', 'nonsense'],
      ['--bootstrap', '/ip4/127.0.0.1/tcp/1'],
      ['--listen', 'nonsense'],
    ]) {
      const { code, errors } = await test.run(...args, ...data);
      assert.equal(code, 2);
      assert.match(errors, /address/);
    }
    const peer = test.spawn(data, { GGEN_P2P_DHT_SERVER: 'perhaps' });
    assert.equal(await peer.exit, 2);
    assert.match(peer.errors, /GGEN_P2P_DHT_SERVER/);
  });

  it('takes addresses and the data folder from the environment, and options first', async () => {
    const home = await test.folder('home');
    const { address } = await test.peer('--data', await test.folder('one'));
    const environment = {
      GGEN_P2P_BOOTSTRAP: `${NOBODY}, ${address}`,
      XDG_DATA_HOME: home,
      LOCALAPPDATA: home,
      HOME: home,
    };
    const joined = test.spawn([], environment);
    await joined.line(
      'peer',
      (line) => line['connected'] === true && String(line['address']).startsWith(address.slice(0, 14)),
    );
    assert.ok((await readdir(home, { recursive: true })).some((path) => path.endsWith(join('ggen-p2p', 'peer.key'))));
    joined.child.kill('SIGTERM');
    assert.equal(await joined.exit, 0);

    const alone = test.spawn(['search', '', '--bootstrap', NOBODY], environment);
    assert.equal(await alone.exit, 1);
    assert.equal(alone.lines.at(-1)?.['name'], 'PeerUnreachable');
  });

  it('starts relative paths where npm was called', async () => {
    const folder = await test.folder('typed-here');
    await mkdir(join(folder, 'pack'), { recursive: true });
    await writeFile(join(folder, 'pack', 'package.json'), '{"name":"typed-here","version":"1.0.0"}');
    const peer = test.spawn(['publish', 'pack', '--data', 'data'], { npm_lifecycle_event: 'peer', INIT_CWD: folder });
    assert.equal(await peer.exit, 0, peer.errors);
    assert.ok((await readdir(join(folder, 'data'))).includes('peer.key'));
  });

  it('ends with exit code 1 when nobody knows the package, and writes nothing', async () => {
    const to = await test.folder('target');
    const { code, lines } = await test.run(
      'install',
      'nowhere-to-be-found',
      '--to',
      to,
      '--data',
      await test.folder('data'),
    );
    assert.equal(code, 1);
    assert.equal(lines.at(-1)?.['name'], 'PackageNotFound');
    await assert.rejects(readdir(to), { code: 'ENOENT' });
  });
});
