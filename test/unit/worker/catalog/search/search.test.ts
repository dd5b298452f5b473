import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { fillCatalog, seededRandom } from '../../../../../bench/search-corpus.ts';
import type { SearchSort } from '../../../../../src/shared/model.ts';
import { openCatalog } from '../../../../../src/worker/catalog/catalog.ts';
import type { Catalog } from '../../../../../src/worker/catalog/catalog.ts';
import type { LocalQuery } from '../../../../../src/worker/catalog/search/filters.ts';
import { isOneErrorApart } from '../../../../../src/worker/catalog/search/spelling.ts';
import { signedRecord } from '../support.ts';
import type { RecordSample } from '../support.ts';

const ada = createPublisherKey();
const bob = createPublisherKey();

/** Packages that the tables below search. */
const SAMPLES: [name: string, by: typeof ada, sample: RecordSample][] = [
  ['yaml', ada, { updated: 10, metadata: { categories: ['Utility'], tags: ['Config'], license: 'MIT' } }],
  ['yaml-tools', bob, { updated: 50, metadata: { categories: ['testing'], license: 'MIT OR Apache-2.0' } }],
  ['reader', ada, { updated: 40, metadata: { description: 'Reads YAML and JSON', tags: ['config', 'json'] } }],
  ['http-server', bob, { updated: 30, metadata: { title: 'Serveur', license: '(ISC)', categories: ['web-service'] } }],
  ['old', ada, { updated: 20, releases: [{ version: '0.9.0' }, { version: '2.0.0', yanked: true }] }],
  ['gone', bob, { updated: 60, releases: [{ version: '1.0.0', yanked: true }], metadata: { tags: ['config'] } }],
  ['pre', ada, { updated: 5, releases: [{ version: '3.0.0-beta.1' }] }],
];
const ALL_BUT_GONE = ['yaml-tools', 'reader', 'http-server', 'old', 'yaml', 'pre'];

describe('local search', () => {
  let dataDir: string;
  let catalog: Catalog;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'ggen-search-'));
    catalog = await openCatalog(dataDir);
    for (const [name, key, sample] of SAMPLES) {
      catalog.packages.upsert(signedRecord(key, name, sample), { mine: false, now: Date.now() });
    }
    catalog.peers.addProvider('good', ada.id, 'reader');
    catalog.peers.addProvider('good', bob.id, 'http-server');
    catalog.peers.addProvider('bad', bob.id, 'http-server');
    catalog.peers.addProvider('bad', ada.id, 'yaml');
  });
  after(async () => {
    catalog.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const names = (query: Partial<LocalQuery>): string[] =>
    catalog.packages.search({ text: '', ...query }).map(({ name }) => name);

  const FILTERS: [what: string, query: Partial<LocalQuery>, expected: readonly string[]][] = [
    ['nothing: last updated first, without yanked packages', {}, ALL_BUT_GONE],
    ['yanked packages, too', { includeYanked: true }, ['gone', ...ALL_BUT_GONE]],
    ['a category, ignoring case', { categories: ['UTILITY'] }, ['yaml']],
    ['any of two categories', { categories: ['utility', 'testing'] }, ['yaml-tools', 'yaml']],
    ['a tag', { tags: ['config'] }, ['reader', 'yaml']],
    ['a tag, including yanked packages', { tags: ['config'], includeYanked: true }, ['gone', 'reader', 'yaml']],
    ['a tag and a category', { tags: ['config'], categories: ['utility'] }, ['yaml']],
    ['a publisher', { publishers: [bob.id] }, ['yaml-tools', 'http-server']],
    ['a publisher id, which is case-sensitive', { publishers: [bob.id.toLowerCase()] }, []],
    ['a license within an expression', { licenses: ['apache-2.0'] }, ['yaml-tools']],
    ['any license of an expression', { licenses: ['ISC OR Apache-2.0'] }, ['yaml-tools', 'http-server']],
    ['a range of versions', { version: '^1' }, ['yaml-tools', 'reader', 'http-server', 'yaml']],
    ['a range that only a yanked release satisfies', { version: '^2' }, []],
    ['the same range, including yanked releases', { version: '^2', includeYanked: true }, ['old']],
    ['an exact version', { version: '0.9.0' }, ['old']],
    ['a pre-release by a range that names one', { version: '>=3.0.0-alpha' }, ['pre']],
    ['an invalid range', { version: 'nonsense' }, []],
    ['the provider', { providedBy: ['good'] }, ['reader', 'http-server']],
    ['no provider', { providedBy: [] }, []],
    ['empty lists, which filter nothing', { categories: [], tags: [], publishers: [], licenses: [] }, ALL_BUT_GONE],
    ['text and a filter', { text: 'yaml', licenses: ['mit'] }, ['yaml', 'yaml-tools', 'reader']],
    ['text and a filter that its matches do not pass', { text: 'yaml', categories: ['web-service'] }, []],
  ];
  for (const [what, query, expected] of FILTERS) {
    it(`filters by ${what}`, () => {
      assert.deepEqual(names(query), expected);
    });
  }

  const SORTS: [SearchSort, text: string, readonly string[]][] = [
    ['relevance', '', ALL_BUT_GONE],
    ['updated', '', ALL_BUT_GONE],
    ['name', '', ['http-server', 'old', 'pre', 'reader', 'yaml', 'yaml-tools']],
    ['providers', '', ['http-server', 'yaml', 'reader', 'yaml-tools', 'old', 'pre']],
    ['relevance', 'yaml', ['yaml', 'yaml-tools', 'reader']],
    ['updated', 'yaml', ['yaml-tools', 'reader', 'yaml']],
    ['name', 'yaml', ['reader', 'yaml', 'yaml-tools']],
    ['providers', 'yaml', ['yaml', 'reader', 'yaml-tools']],
  ];
  for (const [sort, text, expected] of SORTS) {
    it(`sorts by ${sort} what '${text}' finds, and pages through it`, () => {
      assert.deepEqual(names({ text, sort }), expected);
      const paged = expected.flatMap((_, offset) => names({ text, sort, offset, limit: 1 }));
      assert.deepEqual(paged, expected);
      assert.deepEqual(names({ text, sort, offset: expected.length }), []);
    });
  }

  const TEXTS: [text: string, expected: readonly string[]][] = [
    ['y', ['yaml', 'yaml-tools']],
    ['ya', ['yaml', 'yaml-tools', 'reader']],
    ['YAM', ['yaml', 'yaml-tools', 'reader']],
    ['http server', ['http-server']],
    ['http-ser', ['http-server']],
    ['serv http', ['http-server']],
    ['sérveur', ['http-server']],
    ['  yaml  tools ', ['yaml-tools']],
    ['x yaml tools', ['yaml-tools']],
    ['yalm', ['yaml', 'yaml-tools', 'reader']],
    ['yml', []],
    ['yamll', ['yaml', 'yaml-tools', 'reader']],
    ['htttp-servre', ['http-server']],
    ['raeder', ['reader']],
    ['confg', ['reader', 'yaml']],
    ['nothing of the kind', []],
  ];
  for (const [text, expected] of TEXTS) {
    it(`finds for '${text}': ${expected.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(names({ text }), expected);
    });
  }

  const HOSTILE = [
    '"',
    '""',
    "'; DROP TABLE packages; --",
    'a OR b',
    'NEAR(a b)',
    '*',
    '^yaml',
    'name:yaml"',
    '\\',
    '\u0000',
    '{name} : x',
    'yaml AND',
    '('.repeat(256),
    'a '.repeat(128),
    'ab '.repeat(85),
    '\ud800',
    '𞤀𞤁𞤂',
    'ﷺ'.repeat(200),
    '\u0301\u0301',
    '%',
    '_',
    '日本語',
    'e'.repeat(256),
    '\u{10ffff}',
  ];
  for (const text of HOSTILE) {
    it(`treats ${JSON.stringify(text).slice(0, 40)} as plain text`, () => {
      for (const sort of ['relevance', 'name'] as const) {
        assert.ok(names({ text, sort, tags: [text], licenses: [text], version: text }).length === 0);
        assert.ok(Array.isArray(names({ text, sort })));
      }
      assert.equal(catalog.packages.counts().network, SAMPLES.length);
    });
  }

  it('counts the facets of the matches', () => {
    const { facets } = catalog.packages.searchWithFacets({ text: 'yaml' });
    assert.deepEqual(facets, {
      categories: [
        { value: 'testing', count: 1 },
        { value: 'utility', count: 1 },
      ],
      tags: [
        { value: 'config', count: 2 },
        { value: 'json', count: 1 },
      ],
      licenses: [
        { value: 'mit', count: 3 },
        { value: 'apache-2.0', count: 1 },
      ],
      publishers: [
        { value: ada.id, count: 2 },
        { value: bob.id, count: 1 },
      ],
      exact: true,
    });
    for (const { value, count } of facets.licenses) {
      assert.equal(
        names({ text: 'yaml', licenses: [value] }).length,
        count,
        'a facet count equals the number of filtered matches',
      );
    }
  });

  it('counts the whole catalog for an empty text', () => {
    const { facets } = catalog.packages.searchWithFacets({ text: '' });
    assert.equal(facets.exact, true);
    assert.deepEqual(
      facets.publishers,
      [
        { value: ada.id, count: 4 },
        { value: bob.id, count: 3 },
      ].sort((a, b) => b.count - a.count),
    );
  });

  it('removes the texts and labels of a replaced record from the index', () => {
    const name = 'changing';
    catalog.packages.upsert(signedRecord(ada, name, { metadata: { tags: ['before'] } }), { mine: false, now: 1 });
    catalog.packages.upsert(signedRecord(ada, name, { seq: 2, metadata: { tags: ['after'] } }), {
      mine: false,
      now: 2,
    });
    assert.deepEqual([names({ text: 'before' }), names({ tags: ['before'] })], [[], []]);
    assert.deepEqual([names({ text: 'after' }), names({ tags: ['after'] })], [[name], [name]]);
    catalog.db.run('DELETE FROM packages WHERE name = ?', name);
    assert.deepEqual(names({ tags: ['after'] }), []);
  });
});

describe('local search over many packages', () => {
  const COUNT = 3_000;
  let dataDir: string;
  let catalog: Catalog;

  before(async function () {
    this.timeout(120_000);
    dataDir = await mkdtemp(join(tmpdir(), 'ggen-search-many-'));
    catalog = await openCatalog(dataDir);
    fillCatalog(catalog, COUNT, 7);
  });
  after(async () => {
    catalog.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const TYPED = ['', 't', 'te', 'tem', 'template', 'par', 'parser ser', 'tempalte', 'cli', 'rust', 'zzz', 'gra sch'];
  const ORDERS: SearchSort[] = ['relevance', 'updated', 'name', 'providers'];

  it('returns a package once, at most the limit, and always in the same order (200 seeded queries)', function () {
    this.timeout(120_000);
    const random = seededRandom(11);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
    for (let round = 0; round < 200; round++) {
      const query: LocalQuery = {
        text: pick(TYPED),
        sort: pick(ORDERS),
        limit: 1 + Math.floor(random() * 100),
        offset: Math.floor(random() * random() * 600),
        ...(random() < 0.3 ? { categories: [pick(['testing', 'database', 'utility'])] } : {}),
        ...(random() < 0.3 ? { licenses: [pick(['MIT', 'isc'])] } : {}),
        ...(random() < 0.2 ? { version: pick(['^1', '>=0.2', '^9']) } : {}),
      };
      const first = catalog.packages.search(query).map(({ id }) => id);
      const what = JSON.stringify(query);
      assert.ok(first.length <= query.limit!, what);
      assert.equal(new Set(first).size, first.length, what);
      assert.deepEqual(
        catalog.packages.search(query).map(({ id }) => id),
        first,
        what,
      );
    }
  });

  for (const sort of ORDERS) {
    it(`reaches every match exactly once by paging, ordered by ${sort}`, function () {
      this.timeout(120_000);
      for (const text of ['', 'te', 'parser']) {
        const all: string[] = [];
        for (let offset = 0; ; offset += 97) {
          const page = catalog.packages.search({ text, sort, offset, limit: 97 });
          all.push(...page.map(({ id }) => id));
          if (page.length === 0) break;
        }
        assert.equal(new Set(all).size, all.length, `'${text}' names a package twice`);
        const { n } = catalog.db.get<{ n: number }>(
          text === ''
            ? 'SELECT count(*) AS n FROM packages'
            : `SELECT count(*) AS n FROM packages_text WHERE packages_text MATCH '"${text}"*'`,
        )!;
        assert.ok(n > 300, 'more matches than are ranked');
        assert.equal(all.length, n);
      }
    });
  }

  it('marks facets as not exact when only the best matches were counted', () => {
    assert.equal(catalog.packages.searchWithFacets({ text: 'te' }).facets.exact, false);
    assert.equal(catalog.packages.searchWithFacets({ text: '' }).facets.exact, true);
  });

  it('counts and lists without reading all packages', () => {
    const seen: string[] = [];
    const plan = (sql: string): string[] =>
      catalog.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail);
    const { db } = catalog;
    const [all, get] = [db.all.bind(db), db.get.bind(db)];
    db.all = (sql, ...values) => {
      seen.push(sql);
      return all(sql, ...values);
    };
    db.get = (sql, ...values) => {
      seen.push(sql);
      return get(sql, ...values);
    };
    try {
      catalog.packages.counts();
      catalog.packages.list('network', 0, 10);
      catalog.packages.listOwn();
    } finally {
      Reflect.deleteProperty(db, 'all');
      Reflect.deleteProperty(db, 'get');
    }
    assert.ok(seen.length >= 4);
    for (const sql of seen) {
      const scans = plan(sql).filter((detail) => /^SCAN (p|packages|s|summaries)\b/.test(detail));
      assert.deepEqual(scans, [], sql);
    }
    const counted = catalog.db.get<{ n: number }>('SELECT count(*) AS n FROM packages')!.n;
    assert.equal(catalog.packages.counts().network, counted);
  });
});

describe('typo tolerance', () => {
  const PAIRS: [a: string, b: string, expected: boolean][] = [
    ['parser', 'parser', true],
    ['parser', 'praser', true],
    ['parser', 'pareser', true],
    ['parser', 'parsr', true],
    ['parser', 'porser', true],
    ['parser', 'parserx', true],
    ['parser', 'xparser', true],
    ['parser', 'arser', true],
    ['parser', 'rapser', false],
    ['parser', 'parrsre', false],
    ['parser', 'paxxer', false],
    ['ab', 'ba', true],
    ['', 'a', true],
    ['', 'ab', false],
  ];
  for (const [a, b, expected] of PAIRS) {
    it(`'${a}' and '${b}' are ${expected ? '' : 'not '}one edit apart, in either order`, () => {
      assert.equal(isOneErrorApart(a, b), expected);
      assert.equal(isOneErrorApart(b, a), expected);
    });
  }
});
