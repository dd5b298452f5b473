import { GgenError } from '../../shared/errors.ts';
import type { Calls } from '../../shared/api/index.ts';
import type { PeerDetails } from '../../shared/model.ts';
import type { NodeLifecycle } from './node-lifecycle.ts';
import { peerIdFromText } from '../node/peer-id.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';

const MAX_REASON_LENGTH = 200;

/** Banning and trusting by hand. */
export class PeerStandings {
  readonly #nodeLifecycle: NodeLifecycle;
  readonly #peerReputation: PeerReputation;

  constructor(nodeLifecycle: NodeLifecycle, peerReputation: PeerReputation) {
    this.#nodeLifecycle = nodeLifecycle;
    this.#peerReputation = peerReputation;
  }

  /** @throws GgenError InvalidRequest */
  async ban({ id, reason = '', until }: Calls['banPeer']['request']): Promise<PeerDetails> {
    this.#validatePeerId(id);
    if (until !== undefined && !(until > Date.now())) {
      throw new GgenError('InvalidRequest', 'A ban must end in the future, or have no end.');
    }
    this.#peerReputation.ban(id, reason.trim().slice(0, MAX_REASON_LENGTH) || 'You banned it.', until);
    return this.#nodeLifecycle.peer(id);
  }

  /** @throws GgenError InvalidRequest, PeerNotFound */
  async unban(id: string): Promise<PeerDetails> {
    this.#validatePeerId(id);
    if (this.#peerReputation.standing(id).standing === 'banned') this.#peerReputation.clearStanding(id);
    return this.#nodeLifecycle.peer(id);
  }

  /** @throws GgenError InvalidRequest, PeerNotFound */
  async trust(id: string, trusted: boolean): Promise<PeerDetails> {
    this.#validatePeerId(id);
    if (trusted) this.#peerReputation.trust(id);
    else if (this.#peerReputation.isTrusted(id)) this.#peerReputation.clearStanding(id);
    return this.#nodeLifecycle.peer(id);
  }

  #validatePeerId(id: string): void {
    try {
      peerIdFromText(id);
    } catch (cause) {
      throw new GgenError('InvalidRequest', `'${id}' is not a peer ID. Peer IDs start with 12D3KooW.`, {
        details: { id },
        cause,
      });
    }
    if (id === this.#nodeLifecycle.status().peerId) {
      throw new GgenError('InvalidRequest', 'This is your own node.', { details: { id } });
    }
  }
}
