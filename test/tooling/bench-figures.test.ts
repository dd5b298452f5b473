import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { line, number, summarize } from '../../bench/figure.ts';
import type { Figure } from '../../bench/figure.ts';
import { keepResult, reported } from '../../bench/report.ts';
import { median, medians, portions, quantile, spreadOf, tails } from '../../bench/statistics.ts';

const FIGURE: Figure = {
  title: 'A question',
  unit: 'ms',
  rounds: [
    { value: 20, baseline: 10 },
    { value: 24, baseline: 10 },
    { value: 66, baseline: 30 },
  ],
  baseline: 'a round trip',
  maxRatio: 3,
  aim: 5,
};

describe('statistics of the benchmarks', () => {
  it('find the middle and the quartiles, between two samples where need be', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.deepEqual(spreadOf([5, 1, 4, 2, 3]), { median: 3, lower: 2, upper: 4 });
    assert.equal(quantile([10, 20], 0.25), 12.5);
    assert.equal(quantile([7], 0.99), 7);
    assert.equal(quantile([1, 2, Infinity], 1), Infinity);
  });

  it('refuse to say anything about no sample', () => {
    assert.throws(() => median([]), /no sample/);
  });

  it('cut samples into portions of neighbors, none lost', () => {
    assert.deepEqual(portions([1, 2, 3, 4, 5, 6, 7], 3), [
      [1, 2],
      [3, 4],
      [5, 6, 7],
    ]);
  });

  it('look at the slow ones of both sides, portion by portion', () => {
    const pairs = [1, 2, 3, 4].map((value) => ({ value, baseline: value * 10 }));
    assert.deepEqual(tails(pairs, 1, 2), [
      { value: 2, baseline: 20 },
      { value: 4, baseline: 40 },
    ]);
    assert.deepEqual(medians(pairs, 1), [{ value: 2.5, baseline: 25 }]);
  });
});

describe('a figure of the benchmarks', () => {
  it('is the median of its rounds, and its ratio that of their ratios', () => {
    const { value, baseline, ratio, verdict } = summarize(FIGURE);
    assert.deepEqual(
      { value, baseline, ratio: ratio.median, verdict },
      { value: 24, baseline: 10, ratio: 2.2, verdict: 'reached' },
    );
  });

  it('is judged by its ratio alone: a slow machine misses no goal', () => {
    const slow = FIGURE.rounds.map(({ value, baseline }) => ({ value: value * 100, baseline: baseline * 100 }));
    assert.equal(summarize({ ...FIGURE, rounds: slow }).verdict, 'reached');
  });

  it('has missed its goal only where its rounds do not differ by as much', () => {
    assert.equal(summarize({ ...FIGURE, maxRatio: 2.15 }).verdict, 'undecided');
    assert.equal(summarize({ ...FIGURE, maxRatio: 2 }).verdict, 'missed');
  });

  it('has not missed its goal where others keep the machine busy, unless it is the same in every run', () => {
    assert.equal(summarize({ ...FIGURE, maxRatio: 2 }, true).verdict, 'undecided');
    assert.equal(summarize({ ...FIGURE, maxRatio: 2, exact: true }, true).verdict, 'missed');
    assert.equal(reported('x', { ...FIGURE, maxRatio: 2 }, 0.9).verdict, 'undecided');
    assert.equal(reported('x', { ...FIGURE, maxRatio: 2 }, 0.1).verdict, 'missed');
  });

  it('is not decided by one round, unless it is the same in every run', () => {
    const once: Figure = { ...FIGURE, rounds: FIGURE.rounds.slice(0, 1), maxRatio: 1 };
    assert.equal(summarize(once).verdict, 'undecided');
    assert.equal(summarize({ ...once, exact: true }).verdict, 'missed');
  });

  it('may be nothing, but has a baseline', () => {
    assert.equal(summarize({ ...FIGURE, rounds: [{ value: 0, baseline: 1 }] }).ratio.median, 0);
    for (const round of [
      { value: 1, baseline: 0 },
      { value: NaN, baseline: 1 },
      { value: Infinity, baseline: 1 },
      { value: -1, baseline: 1 },
    ])
      assert.throws(() => summarize({ ...FIGURE, rounds: [round] }), /no ratio/);
  });
});

describe('the line of a figure', () => {
  it('has all of it', () => {
    assert.equal(
      line(FIGURE).replace(/ {2,}/g, ' | '),
      '✔ | A question | 24.0 ms | 2.20 × | (2.10 to 2.30, goal < 3.00) | a round trip (10.0 ms) | aim < 5 ms',
    );
  });

  it('has as many digits as matter', () => {
    assert.deepEqual([1234.5, 12.34, 1.234, 0.123, 0.0123, 0].map(number), [
      '1235',
      '12.3',
      '1.23',
      '0.12',
      '0.012',
      '0.00',
    ]);
  });
});

describe('results of the benchmarks', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ggen-test-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('hold each round with what came of it', () => {
    const { bench, rounds, verdict, baseline } = reported('publish', FIGURE);
    assert.deepEqual({ bench, rounds, verdict }, { bench: 'publish', rounds: FIGURE.rounds, verdict: 'reached' });
    assert.deepEqual(baseline, { title: 'a round trip', value: 10 });
  });

  it('are kept, and the oldest go when there are too many', async () => {
    for (let index = 0; index < 205; index++) {
      await writeFile(join(folder, `2001-01-01T00-00-${String(index).padStart(3, '0')}-figures.json`), '{}');
    }
    const path = await keepResult('figures', { format: 1 }, folder);
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), { format: 1 });
    const left = (await readdir(folder)).sort();
    assert.equal(left.length, 200);
    assert.equal(left[0], '2001-01-01T00-00-006-figures.json');
  });
});
