import { GgenError } from '../../shared/errors.ts';
import type { Calls } from '../../shared/api.ts';
import type { PeerDetails } from '../../shared/model.ts';
import type { NodeHost } from './node-host.ts';
import { peerIdFromText } from '../node/peer-id.ts';
import type { Conduct } from '../reputation/conduct.ts';

const MAX_REASON = 200;

/** Banning and trusting by hand. */
export class PeerStandings {
  readonly #host: NodeHost;
  readonly #conduct: Conduct;

  constructor(host: NodeHost, conduct: Conduct) {
    this.#host = host;
    this.#conduct = conduct;
  }

  /** @throws GgenError InvalidRequest */
  async ban({ id, reason = '', until }: Calls['banPeer']['request']): Promise<PeerDetails> {
    this.#check(id);
    if (until !== undefined && !(until > Date.now())) {
      throw new GgenError('InvalidRequest', 'A ban must end in the future, or not at all.');
    }
    this.#conduct.ban(id, reason.trim().slice(0, MAX_REASON) || 'You banned it.', until);
    return this.#host.peer(id);
  }

  /** @throws GgenError InvalidRequest, PeerNotFound */
  async pardon(id: string): Promise<PeerDetails> {
    this.#check(id);
    if (this.#conduct.standing(id).standing === 'banned') this.#conduct.pardon(id);
    return this.#host.peer(id);
  }

  /** @throws GgenError InvalidRequest, PeerNotFound */
  async trust(id: string, trusted: boolean): Promise<PeerDetails> {
    this.#check(id);
    if (trusted) this.#conduct.trust(id);
    else if (this.#conduct.isTrusted(id)) this.#conduct.pardon(id);
    return this.#host.peer(id);
  }

  #check(id: string): void {
    try {
      peerIdFromText(id);
    } catch (cause) {
      throw new GgenError('InvalidRequest', `'${id}' is not the id of a peer. It begins with 12D3KooW.`, {
        details: { id },
        cause,
      });
    }
    if (id === this.#host.status().peerId) {
      throw new GgenError('InvalidRequest', 'This is your own node.', { details: { id } });
    }
  }
}
