import assert from 'node:assert/strict';
import { compareAll, judge, unmatched } from '../../bench/against/compare.ts';
import { keyOf, readReport, readTable } from '../../bench/against/run-result.ts';
import type { RunFigure } from '../../bench/against/run-result.ts';
import type { RoundOfBoth } from '../../bench/against/turns.ts';
import { reported } from '../../bench/report.ts';

function figure(value: number, key = 'A', base = 10): RunFigure {
  return { key, unit: 'ms', value, baseline: { title: 'a round trip', value: base } };
}

function rounds(here: readonly number[], there: readonly number[]): RoundOfBoth[] {
  return here.map((value, index) => ({ bench: 'x', here: [figure(value)], there: [figure(there[index] ?? NaN)] }));
}

const TABLE = [
  'Installing Verdaccio from the npm registry (once)…',
  '✘  Activation: load (71.8) and activate (26.5)              98.4 ms     below 30 ms  0.05 × activating vscode.markdown-language-features (2143 ms)',
  '✔  Peers that eight windows are to another one           1.00 peers   below 2 peers  1.00 × with one window (1.00 peers)',
  "✘  Fetch of a 64 MB file (median)                           1543 ms  below 1378.6025874999905 ms  1.40 × one raw libp2p stream, which takes 1273 ms with the engine's heap (1103 ms)",
  '✔  DHT get with 20 peers in processes of their own (p95)     12.3 ms    below 100 ms  123 × a TCP round trip (0.10 ms)',
  '✘  network could not be measured: The operation was aborted',
].join('\n');

describe('the judgment on two commits', () => {
  it('is that one is worse or better when all rounds say so, by more than they differ', () => {
    assert.equal(judge([1.3, 1.31, 1.29, 1.3, 1.32], 1), 'worse');
    assert.equal(judge([0.7, 0.71, 0.69, 0.7, 0.72], 1), 'better');
  });

  it('is that there is no difference within the spread', () => {
    assert.equal(judge([1.3, 0.9, 1.6, 1.05, 1.2], 1), 'none');
  });

  it('is that there is no difference when one of five rounds says the opposite', () => {
    assert.equal(judge([1.3, 1.31, 1.29, 1.3, 0.99], 1), 'none');
  });

  it('forgives a round of ten', () => {
    assert.equal(judge([1.3, 1.31, 1.29, 1.3, 0.99, 1.3, 1.3, 1.31, 1.29, 1.3], 1), 'worse');
  });

  it('is that there is no difference when it is small, or the machine differed as much', () => {
    assert.equal(judge([1.03, 1.03, 1.03, 1.03, 1.03], 1), 'none');
    assert.equal(judge([1.3, 1.3, 1.3, 1.3, 1.3], 1.4), 'none');
    assert.equal(judge([1.3, 1.3, 1.3, 1.3, 1.3], 0.6), 'none');
  });

  it('needs five rounds', () => {
    assert.equal(judge([2, 2, 2, 2], 1), 'unclear');
  });
});

describe('figures of two commits', () => {
  it('are found by name, with medians, ratio and spread', () => {
    const [comparison, ...others] = compareAll(rounds([20, 22, 24, 26, 28], [10, 11, 12, 13, 14]));
    assert.deepEqual(others, []);
    assert.deepEqual(comparison, {
      bench: 'x',
      key: 'A',
      unit: 'ms',
      here: 24,
      there: 12,
      ratio: { median: 2, lower: 2, upper: 2 },
      machine: 1,
      beyondSpread: true,
      verdict: 'worse',
      ratios: [2, 2, 2, 2, 2],
    });
  });

  it('have a ratio of 1 where there is nothing on both sides, and none where there is nothing on one', () => {
    assert.equal(compareAll(rounds([0], [0]))[0]?.ratio.median, 1);
    assert.deepEqual(compareAll(rounds([1], [0])), []);
  });

  it('say nothing about the machine where the baselines are not the same', () => {
    const other = { ...figure(10), baseline: { title: 'another', value: 1 } };
    const [comparison] = compareAll([{ bench: 'x', here: [figure(10)], there: [other] }]);
    assert.equal(comparison?.machine, undefined);
  });

  it('say nothing about the machine where a baseline is code of the project', () => {
    const own = { ...figure(10), baseline: { title: 'a round trip', value: 10, own: true } as const };
    const [comparison] = compareAll([{ bench: 'x', here: [own], there: [figure(10)] }]);
    assert.equal(comparison?.machine, undefined);
  });

  it('are told apart when only one side has them, or in another unit', () => {
    const here = [figure(1), figure(1, 'New')];
    const there = [figure(1), figure(1, 'Old')];
    const both: RoundOfBoth[] = [
      { bench: 'x', here, there },
      // A run that failed as a whole says nothing of what there is.
      { bench: 'x', here: [], there: [...there, figure(1, 'Later')] },
    ];
    assert.deepEqual(unmatched(both), [
      { side: 'here', key: 'New' },
      { side: 'there', key: 'Old' },
    ]);
    const inMegabytes: RunFigure = { ...figure(1), unit: 'MB' };
    assert.deepEqual(compareAll([{ bench: 'x', here: [figure(1)], there: [inMegabytes] }]), []);
  });
});

describe('what a run of another commit measured', () => {
  it('is read from its report', () => {
    const rounds = [{ value: 20, baseline: 10 }];
    const one = reported('publish', { title: 'Publish', unit: 'ms', rounds, baseline: 'gossipsub', maxRatio: 3 });
    const two = { ...one, title: 'Again', baseline: { ...one.baseline, own: true } };
    const failures = [{ bench: 'dht', message: 'no peer connected' }];
    assert.deepEqual(readReport(JSON.stringify({ format: 1, figures: [one, two], failures })), {
      figures: [
        { key: 'Publish', unit: 'ms', value: 20, baseline: { title: 'gossipsub', value: 10 } },
        { key: 'Again', unit: 'ms', value: 20, baseline: { title: 'gossipsub', value: 10, own: true } },
      ],
      failures: ['no peer connected'],
    });
  });

  it('is refused where its report is of another format, or damaged', () => {
    for (const report of [
      'no JSON',
      '{}',
      '{"format":2,"figures":[],"failures":[]}',
      '{"format":1}',
      '{"format":1,"figures":[{"title":"A"}],"failures":[]}',
    ])
      assert.throws(() => readReport(report));
  });
});

describe('the table of commits that wrote no report', () => {
  it('is read', () => {
    assert.deepEqual(readTable(TABLE), {
      figures: [
        {
          key: 'Activation: load and activate',
          unit: 'ms',
          value: 98.4,
          baseline: { title: 'activating vscode.markdown-language-features', value: 2143 },
        },
        {
          key: 'Peers that eight windows are to another one',
          unit: 'peers',
          value: 1,
          baseline: { title: 'with one window', value: 1 },
        },
        {
          key: 'Fetch of a 64 MB file (median)',
          unit: 'ms',
          value: 1543,
          baseline: { title: "one raw libp2p stream, which takes 1273 ms with the engine's heap", value: 1103 },
        },
        {
          key: 'DHT get with 20 peers in processes of their own (p95)',
          unit: 'ms',
          value: 12.3,
          baseline: { title: 'a TCP round trip', value: 0.1 },
        },
      ],
      failures: ['network could not be measured: The operation was aborted'],
    });
  });

  it('has names without measured numbers, but with those that belong to them', () => {
    assert.equal(keyOf('Activation: load (71.8) and activate (26)'), 'Activation: load and activate');
    assert.equal(keyOf('Import of a file of 256 MB (150 MB/s)'), 'Import of a file of 256 MB (150 MB/s)');
  });
});
