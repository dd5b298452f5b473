import type { FacetCount, SearchFacets, SearchSort } from '../../../shared/model.ts';
import { shortPublisherId } from '../../../identity/publisher-id.ts';
import type { Localize } from '../../ui/localize.ts';
import { plainText } from '../../ui/plain-text.ts';
import type { ListKey, TermKey } from '../../../shared/query-text.ts';
import { canBeTyped, hasTerm, termsOf, withoutKey, withoutTerm, withTerm } from '../../../shared/query-text.ts';

/** A change of the search text that the user can select. */
export interface Refinement {
  readonly label: string;
  readonly description: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** The search text after the change. */
  readonly text: string;
}

export interface RefinementGroup {
  readonly title: string;
  readonly items: readonly Refinement[];
}

/** The changes to offer for a search: filters to remove, sort orders, and filters from the facets of its results. */
export function refinements(text: string, facets: SearchFacets | undefined, t: Localize): RefinementGroup[] {
  const count = counter(facets?.exact ?? true, t);
  const facetGroup = (title: string, key: ListKey, counts: readonly FacetCount[] = []): RefinementGroup => ({
    title,
    items: counts
      .filter(({ value }) => canBeTyped(value) && !hasTerm(text, { key, value }))
      .map(({ value, count: n }) => ({
        label: key === 'publisher' ? shortPublisherId(value) : plainText(value, 80),
        description: count(n),
        icon: 'add',
        text: withTerm(text, { key, value }),
      })),
  });
  return [
    { title: t('Active filters (select to remove)'), items: filtersInUse(text, t) },
    { title: t('Sort by'), items: sorts(text, t) },
    facetGroup(t('Category'), 'category', facets?.categories),
    facetGroup(t('Tag'), 'tag', facets?.tags),
    facetGroup(t('License'), 'license', facets?.licenses),
    facetGroup(t('Publisher'), 'publisher', facets?.publishers),
    { title: t('More'), items: yanked(text, t) },
  ].filter(({ items }) => items.length > 0);
}

function filtersInUse(text: string, t: Localize): Refinement[] {
  const used = termsOf(text).filter(({ key }) => key !== 'sort');
  const without = used.map((term) => ({
    label: `${keyName(term.key, t)}: ${plainText(term.value, 80)}`,
    description: '',
    icon: 'close',
    text: withoutTerm(text, term),
  }));
  if (without.length < 2) return without;
  const none = used.reduce((rest, { key }) => withoutKey(rest, key), text);
  return [...without, { label: t('Remove all filters'), description: '', icon: 'clear-all', text: none }];
}

function sorts(text: string, t: Localize): Refinement[] {
  const chosen =
    termsOf(text)
      .findLast(({ key }) => key === 'sort')
      ?.value.toLowerCase() ?? 'relevance';
  const names: readonly (readonly [SearchSort, string])[] = [
    ['relevance', t('Relevance')],
    ['updated', t('Recently updated')],
    ['name', t('Name')],
    ['providers', t('Number of providers')],
  ];
  return names.map(([sort, label]) => ({
    label,
    description: sort === chosen ? t('selected') : '',
    icon: sort === chosen ? 'pass-filled' : 'circle-large',
    text: sort === 'relevance' ? withoutKey(text, 'sort') : withTerm(text, { key: 'sort', value: sort }),
  }));
}

function yanked(text: string, t: Localize): Refinement[] {
  if (hasTerm(text, { key: 'yanked', value: 'yes' })) return [];
  const label = t('Include packages with only yanked versions');
  return [{ label, description: '', icon: 'circle-slash', text: withTerm(text, { key: 'yanked', value: 'yes' }) }];
}

/** Inexact counts cover only the best few hundred matches, so that they are lower bounds. */
function counter(exact: boolean, t: Localize): (count: number) => string {
  return (count) => {
    if (!exact) return t('{0} or more packages', count);
    return count === 1 ? t('1 package') : t('{0} packages', count);
  };
}

function keyName(key: TermKey, t: Localize): string {
  const names: Record<TermKey, string> = {
    tag: t('Tag'),
    category: t('Category'),
    license: t('License'),
    publisher: t('Publisher'),
    version: t('Version'),
    reputation: t('Minimum reputation'),
    yanked: t('Yanked'),
    sort: t('Sort by'),
  };
  return names[key];
}
