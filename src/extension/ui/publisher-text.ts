import { shortPublisherId } from '../../identity/publisher-id.ts';
import type { PackageSummary, PublisherState } from '../../shared/model.ts';
import type { Localize } from './localize.ts';

/** What the user decided about a publisher; undefined when nothing. */
export function publisherStateText(state: PublisherState | undefined, t: Localize): string | undefined {
  switch (state) {
    case 'trusted':
      return t('trusted');
    case 'followed':
      return t('followed');
    case 'blocked':
      return t('blocked');
    case undefined:
      return undefined;
  }
}

/** The publisher of a package in one line with its state. */
export function publisherLine(
  { publisher, published, publisherState }: Pick<PackageSummary, 'publisher' | 'published' | 'publisherState'>,
  t: Localize,
): string {
  const name = published ? t('you') : shortPublisherId(publisher);
  const state = publisherStateText(publisherState, t);
  return state === undefined ? t('by {0}', name) : t('by {0} ({1})', name, state);
}
