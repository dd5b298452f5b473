import type { CID } from 'multiformats/cid';
import type { PeerId } from '@libp2p/interface';
import { peerIdFromText } from '../node/peer-id.ts';
import type { NetworkContext } from './context.ts';

/** A session that asks exactly one peer for blocks, over bitswap. */
export interface PeerSession {
  get(cid: CID, options: { signal: AbortSignal }): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  close(): void;
}

/** bitswap tells whom it is going to ask. */
function isFoundProvider(event: {
  readonly type: string;
  readonly detail?: unknown;
}): event is { readonly type: string; readonly detail: { readonly provider: { readonly id: CID } } } {
  return event.type === 'bitswap:found-provider';
}

/** Blocks from other peers. */
export class Blocks {
  readonly #context: NetworkContext;

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  session(root: CID, peer: string): PeerSession {
    const { node, stopped } = this.#context;
    const provider = peerIdFromText(peer).toCID();
    const session = node.helia.blockstore.createSession(root, {
      providers: [provider],
      minProviders: 1,
      maxProviders: 1,
    });
    return {
      get: (cid, { signal }) => {
        // A session that gives up on its provider looks for others by itself; then the answer would not be this peer's.
        const other = new AbortController();
        return session.get(cid, {
          signal: AbortSignal.any([signal, stopped, other.signal]),
          onProgress: (event) => {
            if (isFoundProvider(event) && !event.detail.provider.id.equals(provider)) other.abort();
          },
        });
      },
      close: () => {
        session.close();
      },
    };
  }

  /** Fires when the node stops, and with it every session. */
  get stopped(): AbortSignal {
    return this.#context.stopped;
  }

  /** Peers that the DHT names as providers of a release, as they are found. */
  async *findProviders(root: CID, signal: AbortSignal): AsyncGenerator<PeerId> {
    const { node, stopped } = this.#context;
    for await (const { id } of node.libp2p.contentRouting.findProviders(root, {
      signal: AbortSignal.any([signal, stopped]),
    })) {
      if (!id.equals(node.peerId)) yield id;
    }
  }
}
