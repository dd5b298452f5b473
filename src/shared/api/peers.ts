import type { BootstrapResult, PeerDetails, PeerSummary } from '../model.ts';
import type { Call } from './call.ts';

/** Other peers: who is known, and how this node treats each. */
export interface PeerCalls {
  /** Connected peers, and known ones that are away. */
  peers: Call<{ readonly connectedOnly?: boolean }, readonly PeerSummary[]>;
  peer: Call<{ readonly id: string }, PeerDetails>;
  /** Dial a bootstrap peer now; it is also asked again after every restart of the node within this session. */
  bootstrap: Call<{ readonly address: string }, BootstrapResult>;
  /**
   * Have nothing to do with a peer: its connections are closed, it can neither connect nor be dialed, and no record is
   * taken from it. Until `until` (milliseconds since the epoch), or until it is lifted.
   */
  banPeer: Call<{ readonly id: string; readonly reason?: string; readonly until?: number }, PeerDetails>;
  /** Lift a ban, whoever made it. The peer begins without new offenses; its score stays. */
  unbanPeer: Call<{ readonly id: string }, PeerDetails>;
  /** Prefer a peer in everything and never ban it automatically, or take that back. Lifts a ban. */
  trustPeer: Call<{ readonly id: string; readonly trusted: boolean }, PeerDetails>;
}
