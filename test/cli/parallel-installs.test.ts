import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../net/helpers/peers.ts';
import { writeProject } from './projects.ts';
import { buildPeer, CliTest, resultOf } from './support.ts';

describe('several installs into one project at the same time', () => {
  const test = new CliTest();
  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });
  after(() => test.close());

  it('all succeed: each makes its plan again after another one changed the project', async () => {
    const names = ['alpha', 'beta', 'gamma', 'delta'];
    const projects = await Promise.all(
      names.map(async (name) => writeProject(await test.folder(`${name}-project`), name)),
    );
    const publish = projects.flatMap((project) => ['--publish', project]);
    const { address } = await test.peer('--data', await test.folder('publisher'), ...publish);
    const data = await test.folder('reader');
    await test.peer('--data', data, '--bootstrap', address);
    await eventually('all packages are known', async () => {
      const { packages } = resultOf(await test.run('search', '', '--local', '-f', 'json', '--data', data)) as {
        packages: object[];
      };
      return packages.length === names.length;
    });
    const project = await test.folder('project');
    const results = await Promise.all(
      names.map((name) => test.run('install', name, '--project', project, '--data', data)),
    );
    assert.deepEqual(
      results.map(({ code, errors }) => [code, errors.includes('error')]),
      names.map(() => [0, false]),
    );
    const lock = await readFile(join(project, 'ggen.lock'), 'utf8');
    for (const name of names) assert.ok(lock.includes(`name = "${name}"`), lock);
  });
});
