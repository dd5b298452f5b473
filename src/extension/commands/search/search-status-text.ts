import type { SearchResults } from '../../../shared/model.ts';
import { countPeers } from '../../ui/format.ts';
import type { Localize } from '../../ui/localize.ts';
import { plainText } from '../../ui/plain-text.ts';
import type { Term } from '../../../shared/query-text.ts';

export interface SearchStatusContext {
  /** Number of packages in the list. */
  readonly shown: number;
  /** The search has finished. */
  readonly final: boolean;
  /** Filters that have no effect because their value is invalid. */
  readonly ignored: readonly Term[];
}

/** One line about a search: packages found, peers queried, and ignored filters. */
export function searchStatusText(
  { peersAsked, peersAnswered, peers = [] }: SearchResults,
  { shown, final, ignored }: SearchStatusContext,
  t: Localize,
): string {
  const failed = peers.filter(({ state }) => state === 'failed').length;
  return [
    shown === 1 ? t('1 package') : t('{0} packages', shown),
    peersText(peersAsked, peersAnswered, final, t),
    failed === 0 ? '' : t('{0} timed out or sent invalid answers', countPeers(failed, t)),
    ...ignored.map((term) => ignoredText(term, t)),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function peersText(all: number, answered: number, final: boolean, t: Localize): string {
  if (all === 0) return final ? t('no peers queried') : t('querying peers…');
  return final
    ? t('{0} of {1} answered', answered, countPeers(all, t))
    : t('{0} of {1} answered so far', answered, countPeers(all, t));
}

function ignoredText({ key, value }: Term, t: Localize): string {
  const typed = `${key}:${plainText(value, 40)}`;
  switch (key) {
    case 'sort':
      return t('“{0}” is ignored: sort by relevance, updated, name, or providers', typed);
    case 'yanked':
      return t('“{0}” is ignored: use yes or no', typed);
    case 'reputation':
      return t('“{0}” is ignored: use a number from 0 to 1', typed);
    case 'tag':
    case 'category':
    case 'license':
    case 'publisher':
    case 'version':
      return t('“{0}” is ignored', typed);
  }
}
