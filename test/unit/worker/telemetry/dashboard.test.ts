import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../../../src/worker/telemetry/instruments.ts';

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly type: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const dashboard = JSON.parse(read('packaging/grafana/ggen-p2p.json')) as Dashboard;
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const variables = dashboard.templating.list.map(({ query }) => (typeof query === 'string' ? query : query.query));

/** The Prometheus series of each metric: a histogram has three. */
const SERIES = new Set([
  ...Object.keys(COUNTERS),
  ...Object.keys(GAUGES),
  ...Object.keys(HISTOGRAMS).flatMap((name) => [`${name}_bucket`, `${name}_sum`, `${name}_count`]),
]);

describe('the Grafana dashboard', () => {
  it('queries only series that exist', () => {
    for (const text of [...expressions, ...variables]) {
      for (const [name] of text.matchAll(/\bp2p_\w+/g)) assert.ok(SERIES.has(name), `${name} in ${text}`);
    }
  });

  it('shows every metric', () => {
    const text = expressions.join('\n');
    for (const name of Object.keys({ ...COUNTERS, ...GAUGES, ...HISTOGRAMS })) assert.ok(text.includes(name), name);
  });

  it('queries counters as rates and histograms by their buckets, with declared labels', () => {
    const helps = { ...COUNTERS, ...GAUGES, ...HISTOGRAMS };
    for (const expr of expressions) {
      const name = /\bp2p_\w+/.exec(expr)?.[0] ?? '';
      const isGauge = Object.hasOwn(GAUGES, name);
      assert.equal(/\brate\(/.test(expr), !isGauge, expr);
      const { help } = helps[name.replace(/_bucket$/, '') as keyof typeof helps];
      const labels = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '));
      for (const label of labels.filter((one) => one !== 'le'))
        assert.ok(help.includes(`${label}: `), `${label} of ${name}`);
    }
  });

  it('has panels with titles and ids of their own', () => {
    const { panels } = dashboard;
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length);
    assert.ok(panels.every(({ type, targets = [] }) => type === 'row' || targets.length > 0));
  });
});

describe('the document of traces and metrics', () => {
  const document = read('docs/tracing.md');

  it('names every metric, and no other', () => {
    const named = new Set([...document.matchAll(/\bp2p_\w+/g)].map(([name]) => name));
    assert.deepEqual([...named].toSorted(), Object.keys({ ...COUNTERS, ...HISTOGRAMS, ...GAUGES }).toSorted());
  });

  it('names every span', () => {
    const source = read('src/worker/telemetry/names.ts');
    const union = source.slice(source.indexOf('export type SpanName'), source.indexOf('/** Values of attributes'));
    const names = [...union.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
    assert.ok(names.length > 20);
    for (const name of names) assert.ok(document.includes(`\`${name}\``), name);
  });
});
