import type { PeerId } from '@libp2p/interface';
import type { Location } from '../../../shared/model.ts';
import { SEARCH_PROTOCOL } from '../../node/protocols.ts';
import type { PeerReputation } from '../../reputation/peer-reputation.ts';
import { selectPeers } from '../../reputation/select-peers.ts';
import type { RatedPeer } from '../../reputation/select-peers.ts';
import { MIN_SCORE } from '../../reputation/standing.ts';
import type { Tracing } from '../../telemetry/telemetry.ts';
import type { StoredPeer } from '../shared/libp2p-parts.ts';

export interface SelectConnectedDeps {
  readonly node: { readonly libp2p: { readonly peerStore: StoredPeer }; peers(): PeerId[] };
  readonly peerReputation: Pick<PeerReputation, 'stats' | 'standing'>;
  readonly telemetry: Pick<Tracing, 'span'>;
  /** Of this node, rounded; undefined unless the user set one. */
  readonly ownLocation: () => Location | undefined;
}

/** The best connected peers that speak the search protocol, best first. */
export function selectConnected(deps: SelectConnectedDeps, limit: number): Promise<PeerId[]> {
  return deps.telemetry.span('select_best_peers', { limit, min_reputation: MIN_SCORE }, async (span) => {
    const candidates = await listCandidates(deps);
    const ownLocation = deps.ownLocation();
    const chosen = selectPeers(candidates, {
      minScore: MIN_SCORE,
      limit,
      now: Date.now(),
      ...(ownLocation === undefined ? {} : { ownLocation }),
    }).map(({ peer }) => peer);
    span.set({ 'p2p.peer.selection.count': chosen.length, 'p2p.peer.selection.filtered_count': candidates.length });
    return chosen;
  });
}

async function listCandidates({
  node,
  peerReputation,
}: SelectConnectedDeps): Promise<(RatedPeer & { readonly peer: PeerId })[]> {
  const candidates: (RatedPeer & { readonly peer: PeerId })[] = [];
  for (const peer of node.peers()) {
    const stored = await node.libp2p.peerStore.get(peer).catch(() => undefined);
    if (stored?.protocols.includes(SEARCH_PROTOCOL) !== true) continue;
    const id = peer.toString();
    const trusted = peerReputation.standing(id).standing === 'trusted';
    candidates.push({ peer, stats: peerReputation.stats(id), trusted });
  }
  return candidates;
}
