import type { ContentRouting, PeerId } from '@libp2p/interface';
import type { CID } from 'multiformats/cid';
import { PeerSession } from './peer-session.ts';
import type { PeerSessionDeps } from './peer-session.ts';

export interface BlocksDeps extends PeerSessionDeps {
  readonly node: PeerSessionDeps['node'] & {
    readonly peerId: PeerId;
    readonly libp2p: { readonly contentRouting: Pick<ContentRouting, 'findProviders'> };
  };
}

/** Blocks of other peers: sessions, and the providers that the DHT names. */
export class Blocks {
  readonly #deps: BlocksDeps;

  constructor(deps: BlocksDeps) {
    this.#deps = deps;
  }

  /**
   * Opens a session with exactly this peer.
   *
   * @param peer its id
   * @param onReceived called with the bytes that come from it, as they are on the stream
   */
  session(root: CID, peer: string, onReceived?: (bytes: number) => void): PeerSession {
    return new PeerSession(this.#deps, root, peer, onReceived);
  }

  /** Fires when the node stops, which ends every session. */
  get stopped(): AbortSignal {
    return this.#deps.stopped;
  }

  /** Peers that the DHT names as providers of a release, as they are found. */
  async *findProviders(root: CID, signal: AbortSignal): AsyncGenerator<PeerId> {
    const { node, stopped } = this.#deps;
    for await (const { id } of node.libp2p.contentRouting.findProviders(root, {
      signal: AbortSignal.any([signal, stopped]),
    })) {
      if (!id.equals(node.peerId)) yield id;
    }
  }
}
