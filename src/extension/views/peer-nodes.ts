import type { PeerSummary } from '../../shared/model.ts';

/** An item of the Peers view, and the argument of commands on it. */
export interface PeerNode {
  readonly kind: 'peer';
  readonly peer: PeerSummary;
}

/** Peers that are not connected: those that may not be, and those that are away. */
export interface PeerGroupNode {
  readonly kind: 'group';
  readonly group: 'banned' | 'away';
  readonly peers: readonly PeerSummary[];
}

/** What the Peers view shows. */
export type PeersNode = PeerNode | PeerGroupNode;

export function isPeerNode(value: unknown): value is PeerNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'peer' && 'peer' in value;
}
