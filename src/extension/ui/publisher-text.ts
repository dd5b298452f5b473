import { shortPublisherId } from '../../identity/publisher-id.ts';
import type { NameReason, PackageSummary, PublisherState } from '../../shared/model.ts';
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

/** Why a bare name means a package; undefined where the user, the lock file or the dependent package decided it. */
export function nameReasonText(reason: NameReason | undefined, t: Localize): string | undefined {
  switch (reason) {
    case 'project':
      return t('from the publisher of your other packages here');
    case 'own':
      return t('your own package');
    case 'trusted':
      return t('from a publisher that you trust');
    case 'known':
      return t('from a publisher that you follow or have installed from');
    case 'only':
      return t('the only known package of this name');
    case 'id':
    case 'choice':
    case 'lock':
    case 'dependent':
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
