import { isPublisherId } from '../../identity/publisher-id.ts';
import type { Calls } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import type { PublisherState, PublisherSummary } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';

const STATES: readonly PublisherState[] = ['trusted', 'followed', 'blocked'];

export interface SetPublisherStateDeps {
  readonly catalog: { readonly publishers: Pick<Catalog['publishers'], 'set' | 'summary'> };
  /** Called after the change. */
  readonly onStateChange: () => void;
}

/**
 * Sets what the user decided about a publisher.
 *
 * @throws GgenError InvalidRequest
 */
export function setPublisherState(
  { catalog, onStateChange }: SetPublisherStateDeps,
  { publisher, state }: Calls['setPublisherState']['request'],
): PublisherSummary {
  if (!isPublisherId(publisher)) {
    throw new GgenError(
      'InvalidRequest',
      `'${publisher.slice(0, 64)}' is not a publisher ID. Publisher IDs start with z6Mk and have 48 characters.`,
      { details: { publisher: publisher.slice(0, 64) } },
    );
  }
  if (state !== undefined && !STATES.includes(state)) {
    throw new GgenError('InvalidRequest', `The state of a publisher is one of ${STATES.join(', ')}, not '${state}'.`);
  }
  if (state === 'blocked' && catalog.publishers.summary(publisher).own) {
    throw new GgenError('InvalidRequest', 'This is your own publisher ID, which cannot be blocked.');
  }
  catalog.publishers.set(publisher, state, Date.now());
  onStateChange();
  return catalog.publishers.summary(publisher);
}
