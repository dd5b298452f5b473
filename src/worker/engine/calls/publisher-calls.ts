import type { PublisherCalls } from '../../../shared/api/index.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { setPublisherState } from '../../registry/set-publisher-state.ts';
import type { SetPublisherStateDeps } from '../../registry/set-publisher-state.ts';
import type { ChangeBus } from '../change-bus.ts';
import type { CallRows } from './call-row.ts';

export interface PublisherCallParts {
  readonly catalog: SetPublisherStateDeps['catalog'] & { readonly publishers: Pick<Catalog['publishers'], 'list'> };
  readonly changes: Pick<ChangeBus, 'emit'>;
}

export const publisherCalls: CallRows<PublisherCalls, PublisherCallParts> = {
  publishers: { form: {}, idempotent: true, run: ({ catalog }) => catalog.publishers.list() },
  setPublisherState: {
    form: { publisher: 'text', state: 'text?' },
    idempotent: true,
    run: ({ catalog, changes }, request) =>
      setPublisherState(
        {
          catalog,
          onStateChange: () => {
            // Any number of packages may be shown with the state.
            changes.emit('packages', {});
          },
        },
        request,
      ),
  },
};
