import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../net/helpers/peers.ts';
import { writeProject } from './projects.ts';
import { buildPeer, CliTest, resultOf } from './support.ts';
import type { CommandResult } from './support.ts';

describe('a clock that is wrong, on the command line', () => {
  const test = new CliTest();
  let address: string;
  let project: string;
  let data: string;
  let environment: Readonly<Record<string, string>>;

  before(async function () {
    this.timeout(120_000);
    await buildPeer();
  });

  before('a peer with the right time', async () => {
    ({ address } = await test.peer('--data', await test.folder('right')));
    project = await writeProject(await test.folder('project'), 'early-pack');
    data = await test.folder('wrong');
    const dayAhead = await test.folder('day-ahead.mjs');
    await writeFile(dayAhead, 'const { now } = Date; Date.now = () => now() + 24 * 60 * 60 * 1000;\n');
    environment = { NODE_OPTIONS: `--import=${dayAhead}` };
  });
  after(() => test.close());

  const network = (): string[] => ['--bootstrap', address, '--data', data];
  const ahead = (...args: string[]): Promise<CommandResult> => test.runIn(environment, ...args, ...network());
  const right = (...args: string[]): Promise<CommandResult> => test.run(...args, ...network());

  it('refuses to publish what peers would reject, and says by how much the clock is ahead', async () => {
    const refused = await ahead('publish', project);
    assert.equal(refused.code, 5, refused.errors);
    assert.match(
      refused.errors,
      /^error: This computer's clock is 24 h ahead of 1 peer\. They would reject the record/m,
    );
    assert.match(refused.errors, /^next: .*--accept clock/m);
    const dry = await ahead('publish', project, '--dry-run', '-f', 'json');
    assert.equal(dry.code, 5);
    assert.equal(resultOf(dry)['version'], '1.0.0');
    assert.match(dry.errors, /"name":"ClockAhead"/);
  });

  it('is named by doctor and by a search that finds nothing', async () => {
    const { checks } = resultOf(await ahead('doctor', '-f', 'json')) as { checks: { name: string; detail: string }[] };
    assert.equal(checks.find(({ name }) => name === 'clock')?.detail, "This computer's clock is 24 h ahead of 1 peer.");
    const search = await ahead('search', 'nothing-of-this-name');
    assert.equal(search.code, 0);
    assert.match(search.errors, /warning: This computer's clock is 24 h ahead of 1 peer\./);
    const { checks: good } = resultOf(await right('doctor', '-f', 'json')) as {
      checks: { name: string; state: string }[];
    };
    assert.equal(good.find(({ name }) => name === 'clock')?.state, 'ok');
  });

  it('blocks no name once it is right, although a record was signed ahead', async () => {
    const forced = await ahead('publish', project, '--accept', 'clock', '-f', 'json');
    assert.equal(forced.code, 0, forced.errors);
    const manifest = join(project, 'gpack.toml');
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('1.0.0', '1.0.1'));
    const next = await right('publish', project, '-f', 'json');
    assert.equal(next.code, 0, next.errors);
    const id = String(resultOf(next)['package_id']);
    const reader = ['--data', await test.folder('right')];
    await eventually('the peer took the record', async () => {
      const { code, output } = await test.run('info', id, '-f', 'json', ...reader);
      return code === 0 && (JSON.parse(output) as { latest: string }).latest === '1.0.1';
    });
  });
});
