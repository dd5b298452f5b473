import type { EngineEvents } from '../../../src/shared/events.ts';
import { failed, status } from './node.ts';
import { disconnectedPeer, peer } from './peers.ts';

/** A sample of every event. */
export const EVENT_SAMPLES: { readonly [Name in keyof EngineEvents]: EngineEvents[Name] } = {
  node: { version: 1, status: failed },
  peers: { version: 2, peers: [peer, disconnectedPeer] },
  packages: { version: 3, counts: status.counts, changed: ['pub/example'] },
  forks: { version: 4, ids: ['pub/example'] },
  log: {
    version: 5,
    line: { level: 'info', scope: 'announce', message: 'announced to 3 peers', time: 1_760_000_000_006 },
  },
};
