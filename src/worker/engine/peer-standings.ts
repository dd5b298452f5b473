import { GgenError } from '../../shared/errors.ts';
import type { Calls } from '../../shared/api/index.ts';
import type { PeerDetails } from '../../shared/model.ts';
import { peerIdFromText } from '../node/peer-id.ts';
import type { PeerReputation } from '../reputation/peer-reputation.ts';
import type { NodeSlot } from './node-slot.ts';
import type { PeerView } from './peer-view.ts';

const MAX_REASON_LENGTH = 200;

export interface PeerStandingsDeps {
  readonly peerReputation: Pick<PeerReputation, 'ban' | 'trust' | 'isTrusted' | 'standing' | 'clearStanding'>;
  readonly peerView: Pick<PeerView, 'details'>;
  readonly slot: Pick<NodeSlot, 'running'>;
}

/** Changes the standing of peers for the user. */
export class PeerStandings {
  readonly #deps: PeerStandingsDeps;

  constructor(deps: PeerStandingsDeps) {
    this.#deps = deps;
  }

  /** @throws GgenError InvalidRequest */
  async ban({ id, reason = '', until }: Calls['banPeer']['request']): Promise<PeerDetails> {
    this.#validatePeerId(id);
    if (until !== undefined && !(until > Date.now())) {
      throw new GgenError('InvalidRequest', 'The end of a ban must be in the future, or left out.');
    }
    this.#deps.peerReputation.ban(id, reason.trim().slice(0, MAX_REASON_LENGTH) || 'You banned it.', until);
    return this.#deps.peerView.details(id);
  }

  /** @throws GgenError InvalidRequest, PeerNotFound */
  async unban(id: string): Promise<PeerDetails> {
    this.#validatePeerId(id);
    const { peerReputation, peerView } = this.#deps;
    if (peerReputation.standing(id).standing === 'banned') peerReputation.clearStanding(id);
    return peerView.details(id);
  }

  /** @throws GgenError InvalidRequest, PeerNotFound */
  async trust(id: string, trusted: boolean): Promise<PeerDetails> {
    this.#validatePeerId(id);
    const { peerReputation, peerView } = this.#deps;
    if (trusted) peerReputation.trust(id);
    else if (peerReputation.isTrusted(id)) peerReputation.clearStanding(id);
    return peerView.details(id);
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
    if (id === this.#deps.slot.running?.status().peerId) {
      throw new GgenError('InvalidRequest', 'This is your own node.', { details: { id } });
    }
  }
}
