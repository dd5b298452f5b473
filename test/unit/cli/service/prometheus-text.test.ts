import assert from 'node:assert/strict';
import { prometheusText } from '../../../../src/cli/service/prometheus-text.ts';

describe('the Prometheus text of metrics', () => {
  it('has help, type and one line per series', () => {
    const points = [
      { labels: { operation: 'publish', status: 'ok' }, value: 2 },
      { labels: {}, value: 0.5 },
    ];
    assert.equal(
      prometheusText([
        { name: 'a_total', help: 'How many', unit: '1', kind: 'counter', points },
        { name: 'b', help: 'None yet', unit: 'ms', kind: 'gauge', points: [] },
      ]),
      '# HELP a_total How many\n# TYPE a_total counter\na_total{operation="publish",status="ok"} 2\na_total 0.5\n' +
        '# HELP b None yet\n# TYPE b gauge\n',
    );
  });

  it('has cumulative buckets, the last of which holds everything', () => {
    const points = [{ labels: { of: 'x' }, buckets: [1, 2, 3], count: 6, sum: 70.5 }];
    const text = prometheusText([{ name: 'h', help: 'H', unit: 'ms', kind: 'histogram', bounds: [1, 2.5], points }]);
    assert.deepEqual(text.split('\n').slice(2, -1), [
      'h_bucket{of="x",le="1"} 1',
      'h_bucket{of="x",le="2.5"} 3',
      'h_bucket{of="x",le="+Inf"} 6',
      'h_sum{of="x"} 70.5',
      'h_count{of="x"} 6',
    ]);
  });

  it('escapes texts, and writes infinities as Prometheus reads them', () => {
    const points = [
      { labels: { path: 'a"b\\c\nd' }, value: Infinity },
      { labels: {}, value: -Infinity },
      { labels: {}, value: NaN },
    ];
    const text = prometheusText([{ name: 'g', help: 'one\\two\nthree', unit: '1', kind: 'gauge', points }]);
    assert.deepEqual(text.split('\n'), [
      '# HELP g one\\\\two\\nthree',
      '# TYPE g gauge',
      'g{path="a\\"b\\\\c\\nd"} +Inf',
      'g -Inf',
      'g NaN',
      '',
    ]);
  });
});
