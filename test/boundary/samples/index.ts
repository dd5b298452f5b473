import type { Calls } from '../../../src/shared/api/index.ts';
import { authoringSamples } from './authoring.ts';
import { installSamples } from './install.ts';
import { nodeSamples } from './node.ts';
import { peerSamples } from './peers.ts';
import { publisherSamples } from './publishers.ts';
import { readingSamples } from './reading.ts';
import { registrySamples } from './registry.ts';
import type { Samples } from './sample.ts';
import { storageSamples } from './storage.ts';

export { EVENT_SAMPLES } from './events.ts';

/** A sample of every call. */
export const SAMPLES: Samples<Calls> = {
  ...nodeSamples,
  ...peerSamples,
  ...publisherSamples,
  ...registrySamples,
  ...authoringSamples,
  ...readingSamples,
  ...installSamples,
  ...storageSamples,
};
