import type { PublisherCalls } from '../../../src/shared/api/index.ts';
import type { PublisherSummary } from '../../../src/shared/model.ts';
import type { Samples } from './sample.ts';

const trusted: PublisherSummary = {
  publisher: 'z6MkPublisher',
  state: 'trusted',
  since: 1_760_000_000_006,
  own: false,
  packages: 3,
  installed: 1,
};

export const publisherSamples: Samples<PublisherCalls> = {
  publishers: { request: {}, response: [trusted, { publisher: 'z6MkOwn', own: true, packages: 1, installed: 0 }] },
  setPublisherState: { request: { publisher: 'z6MkPublisher', state: 'trusted' }, response: trusted },
};
