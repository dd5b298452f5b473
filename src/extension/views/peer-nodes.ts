import type { PeerSummary } from '../../shared/model.ts';

/** A peer of the Peers view; also the argument of its commands. */
export interface PeerNode {
  readonly kind: 'peer';
  readonly peer: PeerSummary;
}

/** Peers that are not connected: `banned` ones, and others that are offline (`disconnected`). */
export interface PeerGroupNode {
  readonly kind: 'group';
  readonly group: 'banned' | 'disconnected';
  readonly peers: readonly PeerSummary[];
}

/** A node of the Peers view. */
export type PeersNode = PeerNode | PeerGroupNode;

export function isPeerNode(value: unknown): value is PeerNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'peer' && 'peer' in value;
}
