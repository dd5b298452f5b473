import type { PeerCalls } from '../../../src/shared/api/index.ts';
import type { PeerDetails, PeerSummary } from '../../../src/shared/model.ts';
import { settings } from './node.ts';
import type { Samples } from './sample.ts';

export const peer: PeerSummary = {
  id: '12D3KooWPeer',
  name: '',
  address: '/ip4/10.0.0.2/tcp/4001',
  connected: true,
  direction: 'inbound',
  since: 1_760_000_000_001,
  rtt: 0.25,
  reputation: 0.978723,
  packages: 12,
  standing: 'normal',
};

export const disconnectedPeer: PeerSummary = {
  id: '12D3KooWAway',
  name: 'away',
  address: '',
  connected: false,
  reputation: 0,
  packages: 0,
  standing: 'banned',
  standingReason: 'It sent five records with a false signature.',
  standingUntil: 1_760_000_100_000,
};

const details: PeerDetails = {
  ...peer,
  agent: 'ggen-p2p/0.1.0',
  protocols: ['/ggen/kad/1.0.0', '/ggen/search/1.0.0'],
  addresses: ['/ip4/10.0.0.2/tcp/4001'],
  successes: 45,
  failures: 2,
  averageResponse: 120,
  lastSeen: 1_760_000_000_002,
  throughput: 90_000_000,
  provides: ['pub/one', 'pub/two'],
  verifiedPackages: 1,
  reputationParts: { success: 0.478723, responseTime: 0.25, availability: 0.15, recency: 0.1, proximity: 0 },
};

export const peerSamples: Samples<PeerCalls> = {
  peers: { request: { connectedOnly: true }, response: [peer, disconnectedPeer] },
  peer: { request: { id: peer.id }, response: details },
  bootstrap: {
    request: { address: settings.bootstrap[0]! },
    response: { address: settings.bootstrap[0]!, state: 'connected' },
  },
  banPeer: { request: { id: peer.id, reason: 'It lies.', until: 1_760_000_100_000 }, response: details },
  unbanPeer: { request: { id: peer.id }, response: details },
  trustPeer: { request: { id: peer.id, trusted: true }, response: { ...details, standing: 'trusted' } },
};
