import type { BootstrapResult, PeerDetails, PeerSummary } from '../model.ts';
import type { Call } from './call.ts';

/** Peers: the list, and the standing that the user gives each of them. */
export interface PeerCalls {
  /**
   * List connected peers, the longest connected first; then, unless `connectedOnly`, peers that were connected before,
   * the last seen first, and those with a standing.
   */
  peers: Call<{ readonly connectedOnly?: boolean }, readonly PeerSummary[]>;
  /** Read everything that is known of one peer. */
  peer: Call<{ readonly id: string }, PeerDetails, never, 'PeerNotFound'>;
  /**
   * Dial a bootstrap peer. A failed dial is an answer, not an error: the node dials the peer again until the engine
   * closes, over restarts of the node too. `address` is a multiaddr that ends in `/p2p/<peer id>`.
   */
  bootstrap: Call<{ readonly address: string }, BootstrapResult, never, 'InvalidAddress' | 'NodeNotRunning'>;
  /**
   * Ban a peer: close its connections, accept and dial none, take no record from it. The ban ends at `until`
   * (milliseconds since the epoch), or with `unbanPeer`. Characters of `reason` beyond 200 are cut off.
   */
  banPeer: Call<{ readonly id: string; readonly reason?: string; readonly until?: number }, PeerDetails>;
  /** End a ban, by hand or automatic. The peer's misbehavior is forgotten; its score stays. */
  unbanPeer: Call<{ readonly id: string }, PeerDetails, never, 'PeerNotFound'>;
  /**
   * Trust a peer, which ends a ban: it is preferred in everything and never banned automatically. Or take the trust
   * back.
   */
  trustPeer: Call<{ readonly id: string; readonly trusted: boolean }, PeerDetails, never, 'PeerNotFound'>;
}
