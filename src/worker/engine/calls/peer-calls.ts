import type { PeerCalls } from '../../../shared/api/index.ts';
import type { NodeLifecycle } from '../node-lifecycle.ts';
import type { PeerStandings } from '../peer-standings.ts';
import type { PeerView } from '../peer-view.ts';
import type { CallRows } from './call-row.ts';

export interface PeerCallParts {
  readonly nodeLifecycle: Pick<NodeLifecycle, 'bootstrap'>;
  readonly peerStandings: PeerStandings;
  readonly peerView: PeerView;
}

export const peerCalls: CallRows<PeerCalls, PeerCallParts> = {
  peers: {
    form: { connectedOnly: 'flag?' },
    idempotent: true,
    run: ({ peerView }, { connectedOnly = false }) => peerView.list(connectedOnly),
  },
  peer: { form: { id: 'text' }, idempotent: true, run: ({ peerView }, { id }) => peerView.details(id) },
  bootstrap: {
    form: { address: 'text' },
    idempotent: true,
    span: {
      name: 'bootstrap',
      responseAttributes: ({ state }) => ({ 'p2p.bootstrap.peer_count': state === 'connected' ? 1 : 0 }),
      outcome: ({ state }) => (state === 'failed' ? 'error' : 'success'),
    },
    run: ({ nodeLifecycle }, { address }, { signal }) => nodeLifecycle.bootstrap(address, signal),
  },
  banPeer: {
    form: { id: 'text', reason: 'text?', until: 'number?' },
    idempotent: true,
    run: ({ peerStandings }, request) => peerStandings.ban(request),
  },
  unbanPeer: {
    form: { id: 'text' },
    idempotent: true,
    run: ({ peerStandings }, { id }) => peerStandings.unban(id),
  },
  trustPeer: {
    form: { id: 'text', trusted: 'flag' },
    idempotent: true,
    run: ({ peerStandings }, { id, trusted }) => peerStandings.trust(id, trusted),
  },
};
