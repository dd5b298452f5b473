import assert from 'node:assert/strict';
import { searchStatusText } from '../../../../../src/extension/commands/search/search-status-text.ts';
import { parseQueryText } from '../../../../../src/shared/query-text.ts';
import { refinements } from '../../../../../src/extension/commands/search/refine-items.ts';
import { SEARCH_PAGE_SIZE, ResultPages } from '../../../../../src/extension/commands/search/result-pages.ts';
import type { PackageSummary, SearchFacets, SearchResults } from '../../../../../src/shared/model.ts';
import { t } from '../../localize.ts';

const EMPTY: SearchResults = {
  packages: [],
  localCount: 0,
  remoteCount: 0,
  peersAsked: 0,
  peersAnswered: 0,
  elapsed: 0,
};

describe('the status line of a search', () => {
  const line = (results: Partial<SearchResults>, final: boolean, typed = ''): string =>
    searchStatusText({ ...EMPTY, ...results }, { shown: 2, final, ignored: parseQueryText(typed).ignored }, t);

  it('shows how many peers were queried and have answered', () => {
    assert.equal(line({ peersAsked: 3, peersAnswered: 1 }, false), '2 packages · 1 of 3 peers answered so far');
    assert.equal(line({ peersAsked: 1, peersAnswered: 1 }, true), '2 packages · 1 of 1 peer answered');
    assert.equal(line({}, false), '2 packages · querying peers…');
    assert.equal(line({}, true), '2 packages · no peers queried');
  });

  it('shows that some peers were slow or sent invalid answers', () => {
    const peers = (['answered', 'failed', 'failed'] as const).map((state, n) => ({ id: `${n}`, state, records: 0 }));
    assert.equal(
      line({ peersAsked: 3, peersAnswered: 1, peers }, true),
      '2 packages · 1 of 3 peers answered · 2 peers timed out or sent invalid answers',
    );
  });

  it('shows which filters are ignored', () => {
    assert.match(line({}, true, 'sort:size'), /“sort:size” is ignored: sort by relevance, updated/);
    assert.match(line({}, true, 'yanked:$(x)'), /“yanked:\$ \(x\)” is ignored/);
  });
});

describe('filters and sort orders', () => {
  const facets: SearchFacets = {
    categories: [{ value: 'data base', count: 2 }],
    tags: [
      { value: 'web', count: 3 },
      { value: 'say "hi"', count: 1 },
      { value: '$(x)', count: 1 },
    ],
    licenses: [{ value: 'mit', count: 1 }],
    publishers: [{ value: 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK', count: 4 }],
    exact: true,
  };
  const all = (text: string, given = facets) => refinements(text, given, t).flatMap(({ items }) => items);
  const find = (text: string, label: string) => all(text).find((one) => one.label === label);

  it('are facets with their counts, which add a filter that parses to the same value', () => {
    assert.equal(find('cli', 'web')?.description, '3 packages');
    assert.equal(find('cli', 'web')?.text, 'cli tag:web');
    assert.deepEqual(parseQueryText(find('', 'data base')?.text ?? '').query, { text: '', categories: ['data base'] });
    assert.equal(find('', 'z6Mk…2doK')?.text, 'publisher:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK');
  });

  it('mark a count as a lower bound when not everything was counted', () => {
    assert.equal(
      all('', { ...facets, exact: false }).find(({ label }) => label === 'web')?.description,
      '3 or more packages',
    );
  });

  it('render no icons from untrusted text, and exclude values that cannot be typed', () => {
    assert.ok(all('').some(({ label }) => label === '$ (x)'));
    assert.ok(!all('').some(({ label }) => label.includes('hi')));
  });

  it('remove filters that are in use, one or all', () => {
    const text = 'cli tag:web yanked:yes sort:name';
    assert.equal(find(text, 'web'), undefined);
    assert.equal(find(text, 'Tag: web')?.text, 'cli yanked:yes sort:name');
    assert.equal(find(text, 'Remove all filters')?.text, 'cli sort:name');
  });

  it('mark the selected sort order, in words', () => {
    assert.equal(find('', 'Relevance')?.description, 'selected');
    assert.equal(find('sort:Name', 'Name')?.description, 'selected');
    assert.equal(find('x sort:name', 'Relevance')?.text, 'x');
  });

  it('show only sort orders before the first answer', () => {
    assert.deepEqual(
      refinements('', undefined, t).map(({ title }) => title),
      ['Sort by', 'More'],
    );
  });
});

describe('the pages of a search', () => {
  const page = (from: number, count: number): SearchResults => ({
    ...EMPTY,
    packages: Array.from({ length: count }, (_, n) => ({ id: `p${from + n}` }) as PackageSummary),
  });

  it('continue while they are full', () => {
    const pages = new ResultPages();
    assert.equal(new ResultPages().results, undefined);
    pages.first(page(0, SEARCH_PAGE_SIZE));
    assert.ok(pages.mayHaveMore);
    assert.equal(pages.offset, SEARCH_PAGE_SIZE);
    pages.add(page(SEARCH_PAGE_SIZE, 3));
    assert.ok(!pages.mayHaveMore);
    assert.equal(pages.results?.packages.length, SEARCH_PAGE_SIZE + 3);
  });

  it('list a package once when it moves between pages', () => {
    const pages = new ResultPages();
    pages.first(page(0, SEARCH_PAGE_SIZE));
    pages.add(page(SEARCH_PAGE_SIZE - 1, SEARCH_PAGE_SIZE));
    assert.equal(pages.results?.packages.length, 2 * SEARCH_PAGE_SIZE - 1);
    assert.equal(pages.offset, 2 * SEARCH_PAGE_SIZE);
  });

  it('end after a first page that is not full', () => {
    const pages = new ResultPages();
    pages.first(page(0, 1));
    assert.ok(!pages.mayHaveMore);
  });
});
