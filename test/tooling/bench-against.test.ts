import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitOf, stop } from '../../scripts/lib/processes.ts';
import { eventually } from '../editor/harness/eventually.ts';
import { skipOnWindows } from '../skip.ts';
import { benchThatReports, ENDLESS_BENCH, ToyRepository } from './toy-repository.ts';

const BOUND_MS = 120_000;
let toy: ToyRepository;

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('benchmarks of two commits', function () {
  this.timeout(BOUND_MS);
  before(function () {
    skipOnWindows(this, 'signals');
  });
  beforeEach(async () => {
    toy = await ToyRepository.create();
  });
  afterEach(async () => {
    await toy.remove();
  });

  it('run in turns, one process each, and fail when a figure is clearly worse', async () => {
    await toy.write('bench/main.ts', benchThatReports(20));
    const { code, output } = await toy.compare('HEAD');
    assert.equal(code, 1, output);
    assert.match(output, /✘ {2}A question \(median\) +20\.0 ms +10\.0 ms +2\.000 × .* beyond the spread: worse/);
    assert.match(output, /Only once: only in [0-9a-f]{10}/);
    assert.equal(await toy.ran(), 'here there there here here there there here here there ');
  });

  it('are no failure when there is no difference', async () => {
    await toy.write('bench/main.ts', benchThatReports(10));
    const { code, output } = await toy.compare(toy.git('rev-parse', 'HEAD'));
    assert.equal(code, 0, output);
    assert.match(output, /= {2}A question .* within the spread: no clear difference/);
  });

  it('say what is wrong with a benchmark that fails, and do not run it for ever', async () => {
    await toy.write('bench/main.ts', `${ENDLESS_BENCH}\nthrow new Error('broken here');\n`);
    const { code, output } = await toy.compare('HEAD');
    assert.equal(code, 2, output);
    assert.match(output, /toy failed here: nothing was measured: [^]*broken here/);
    assert.equal((await toy.ran()).trim().split(' ').length, 4);
  });
});

describe('a comparison of two commits', function () {
  this.timeout(BOUND_MS);
  before(function () {
    skipOnWindows(this, 'signals');
  });
  beforeEach(async () => {
    toy = await ToyRepository.create();
  });
  afterEach(async () => {
    await toy.remove();
  });

  it('leaves nothing but its result behind', async () => {
    await toy.write('bench/main.ts', benchThatReports(10));
    await toy.compare('HEAD');
    assert.deepEqual(await readdir(toy.temporary), []);
    assert.equal(toy.git('worktree', 'list').split('\n').length, 1);
    assert.equal(toy.git('status', '--porcelain'), 'M bench/main.ts');
    const [file = ''] = await readdir(toy.results);
    const result = JSON.parse(await readFile(join(toy.results, file), 'utf8')) as {
      readonly here: unknown;
      readonly there: unknown;
      readonly comparisons: readonly { readonly ratios: unknown }[];
    };
    const commit = toy.git('rev-parse', 'HEAD');
    assert.deepEqual([result.here, result.there], [{ commit, changed: true }, { commit }]);
    assert.deepEqual(result.comparisons[0]?.ratios, [1, 1, 1, 1, 1]);
  });

  it('names a commit that there is not', async () => {
    const { code, output } = await toy.compare('nonsense');
    assert.equal(code, 2);
    assert.match(output, /^There is no commit 'nonsense': /m);
    assert.deepEqual(await readdir(toy.temporary), []);
  });

  it('ends with all that it started when it is interrupted', async () => {
    await toy.write('bench/main.ts', ENDLESS_BENCH);
    const child = toy.start('HEAD');
    try {
      await eventually('the benchmark', async () => (await toy.ran()) !== '');
      const pid = Number(await toy.ran());
      child.kill('SIGTERM');
      assert.equal(await exitOf(child), 143);
      // The system may take a moment to remove a process whose parent has ended.
      await eventually('the end of the benchmark', () => !exists(pid));
      assert.deepEqual(await readdir(toy.temporary), []);
      assert.equal(existsSync(toy.results), false);
    } finally {
      await stop(child);
    }
  });
});
