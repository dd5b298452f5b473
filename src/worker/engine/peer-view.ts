import { GgenError } from '../../shared/errors.ts';
import type { PeerDetails, PeerSummary } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { disconnectedPeerDetails, disconnectedPeers } from '../node/peer-directory.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';
import type { NodeSlot } from './node-slot.ts';

/** Peers as callers see them: from the running node's peer directory, else from the catalog. */
export class PeerView {
  readonly #catalog: Catalog;
  readonly #peerReputation: PeerReputation;
  readonly #slot: Pick<NodeSlot, 'running'>;

  constructor(catalog: Catalog, peerReputation: PeerReputation, slot: Pick<NodeSlot, 'running'>) {
    this.#catalog = catalog;
    this.#peerReputation = peerReputation;
    this.#slot = slot;
  }

  list(connectedOnly: boolean): PeerSummary[] {
    const { running } = this.#slot;
    if (running !== undefined) return running.peerDirectory.list(connectedOnly);
    return connectedOnly ? [] : disconnectedPeers(this.#catalog, this.#peerReputation, new Set());
  }

  /** @throws GgenError PeerNotFound */
  async details(id: string): Promise<PeerDetails> {
    const { running } = this.#slot;
    if (running !== undefined) return running.peerDirectory.details(id);
    const details = disconnectedPeerDetails(this.#catalog, this.#peerReputation, id);
    if (details === undefined) {
      throw new GgenError('PeerNotFound', `Unknown peer ${id}.`, {
        details: { id },
      });
    }
    return details;
  }
}
