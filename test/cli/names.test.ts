import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { eventually } from '../net/helpers/peers.ts';
import { writeProject } from './projects.ts';
import { buildPeer, CliTest, resultOf } from './support.ts';
import type { CommandResult } from './support.ts';

describe('a package name that two publishers use, on the command line', () => {
  const test = new CliTest();
  let data: string;
  let ids: readonly string[];

  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });

  before('a peer that knows two packages of one name', async () => {
    const published = [];
    const addresses: string[] = [];
    for (const name of ['one', 'two']) {
      const project = await writeProject(await test.folder(`${name}-project`), 'same-name');
      const { peer, address } = await test.peer('--data', await test.folder(name), '--publish', project);
      published.push(String((await peer.line('published'))['id']));
      addresses.push(address);
    }
    ids = published.toSorted();
    data = await test.folder('reader');
    const bootstrap = addresses.flatMap((address) => ['--bootstrap', address]);
    await test.peer('--data', data, ...bootstrap);
    await eventually('both packages are known', async () => {
      const { packages } = resultOf(await run('search', 'same-name', '--local', '-f', 'json')) as {
        packages: object[];
      };
      return packages.length === 2;
    });
  });
  after(() => test.close());

  const run = (...args: string[]): Promise<CommandResult> => test.run(...args, '--data', data);

  it('ends with a table of full ids and the next step, or with the ids in JSON', async () => {
    const to = await test.folder('never');
    for (const args of [
      ['install', 'same-name', '--project', to],
      ['install', 'same-name', '--to', to],
      ['info', 'same-name'],
      ['readme', 'same-name'],
      ['files', 'same-name@1.0.0'],
      ['diff', 'same-name@1.0.0'],
      ['keep', 'same-name'],
      ['export', 'same-name', `${to}.car`],
    ]) {
      const shown = await run(...args);
      assert.equal(shown.code, 3, args.join(' '));
      assert.equal(shown.output, '');
      for (const id of ids)
        assert.ok(
          shown.errors.split('\n').some((line) => line.endsWith(` ${id}`)),
          shown.errors,
        );
      assert.match(shown.errors, /^LATEST +PEERS +UPDATED +STATE +ID\n1\.0\.0 /m);
      assert.match(shown.errors, /^next: .*ggen-p2p publisher trust ID/m);
      const { error } = JSON.parse((await run(...args, '-f', 'json')).errors) as {
        error: { name: string; details: { candidates: string[] } };
      };
      assert.equal(error.name, 'PackageAmbiguous');
      assert.deepEqual(error.details.candidates.toSorted(), ids);
    }
  });

  it('means the package of a trusted publisher, which a note says, and never that of a blocked one', async () => {
    const [first, second] = ids as [string, string];
    const trusted = resultOf(await run('publisher', 'trust', second, '-f', 'json'));
    assert.equal(trusted['publisher'], second.split('/')[0]);
    assert.equal(trusted['state'], 'trusted');
    const info = await run('info', 'same-name', '-f', 'json');
    assert.equal(resultOf(info)['package_id'], second);
    assert.equal(resultOf(info)['publisher_state'], 'trusted');
    assert.match(
      info.errors,
      /^note: 'same-name' means z6Mk\w+\/same-name, from a publisher that you trust\. Other publishers/,
    );
    assert.match((await run('info', 'same-name')).output, /^publisher +z6Mk\w+ \(trusted\)$/m);
    const project = await test.folder('project');
    await mkdir(project);
    const installed = resultOf(await run('install', 'same-name', '--project', project, '-f', 'json'));
    assert.deepEqual(installed['names'], [{ name: 'same-name', package_id: second, reason: 'trusted' }]);
    const repeated = await run('install', 'same-name', '--project', project, '--dry-run', '-f', 'json');
    assert.deepEqual(resultOf(repeated)['changes'], false);
    const listed = resultOf(await run('publishers', '-f', 'json'));
    assert.deepEqual(
      (listed['publishers'] as object[]).map((one) => ({ ...one, since: null })),
      [{ publisher: second.split('/')[0], state: 'trusted', since: null, own: false, packages: 1, installed: 1 }],
    );
    await run('publisher', 'block', second);
    assert.equal(resultOf(await run('info', 'same-name', '-f', 'json'))['package_id'], first);
    assert.match((await run('search', 'same-name', '--local')).output, /PUBLISHER +ID\n(.*\n)*.* blocked +z6Mk/);
    assert.equal(resultOf(await run('publisher', 'clear', second, '-f', 'json'))['state'], null);
  });

  it('is chosen by --choose', async () => {
    const project = await test.folder('chosen');
    const args = ['install', 'same-name', '--project', project, '--choose', ids[0]!, '--dry-run', '-f', 'json'];
    const { packages } = resultOf(await run(...args)) as { packages: { package_id: string }[] };
    assert.deepEqual(
      packages.map(({ package_id }) => package_id),
      [ids[0]],
    );
  });
});
