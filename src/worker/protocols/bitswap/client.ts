import type { PeerId } from '@libp2p/interface';
import type { CID } from 'multiformats/cid';
import type { MarketplaceNode } from '../../node/node.ts';
import type { OnBlock } from '../car/client.ts';
import type { CarWant } from '../car/wire.ts';

/** Blocks requested at the same time. Each is a message of its own, so more would only queue up. */
const MAX_CONCURRENT_BLOCKS = 16;
/** A lost bitswap message would hang its request without end. */
const BLOCK_TIMEOUT_MS = 2_500;

type HeliaSession = ReturnType<MarketplaceNode['helia']['blockstore']['createSession']>;

export interface BitswapDeps {
  readonly node: {
    readonly helia: {
      readonly blockstore: {
        createSession(
          root: CID,
          options: { readonly providers: CID[]; readonly minProviders: number; readonly maxProviders: number },
        ): Pick<HeliaSession, 'get' | 'close'>;
      };
    };
  };
  /** Fires when the node stops. */
  readonly stopped: AbortSignal;
}

/** The peer did not send a block in time. */
export class BitswapTimeoutError extends Error {
  override readonly name = 'BitswapTimeoutError';
}

/** bitswap reports each provider that it is going to ask. */
function isFoundProvider(event: {
  readonly type: string;
  readonly detail?: unknown;
}): event is { readonly type: string; readonly detail: { readonly provider: { readonly id: CID } } } {
  return event.type === 'bitswap:found-provider';
}

/** Fetches blocks from exactly one peer over bitswap, for peers that do not speak CAR. */
export class BitswapSession {
  readonly #provider: CID;
  readonly #session: Pick<HeliaSession, 'get' | 'close'>;
  readonly #ended = new AbortController();

  constructor({ node, stopped }: BitswapDeps, root: CID, peer: PeerId) {
    this.#provider = peer.toCID();
    this.#session = node.helia.blockstore.createSession(root, {
      providers: [this.#provider],
      minProviders: 1,
      maxProviders: 1,
    });
    stopped.addEventListener(
      'abort',
      () => {
        this.close();
      },
      { signal: this.#ended.signal },
    );
  }

  /**
   * Requests each block by itself, without the blocks below it. With bitswap a peer cannot say that it does not have a block, so
   * a timeout ends the session.
   *
   * @throws BitswapTimeoutError; the error of `onBlock`
   */
  async fetch(wants: readonly CarWant[], onBlock: OnBlock): Promise<void> {
    const queue = [...wants];
    const work = async (): Promise<void> => {
      for (let want = queue.shift(); want !== undefined; want = queue.shift()) {
        await onBlock(want.cid, await this.#get(want.cid));
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(MAX_CONCURRENT_BLOCKS, wants.length) }, work));
    } catch (error) {
      this.close(error);
      throw error;
    }
  }

  close(reason: unknown = new Error('The session was closed')): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(reason);
    this.#session.close();
  }

  async #get(cid: CID): Promise<Uint8Array> {
    const timedOut = new AbortController();
    const timer = setTimeout(() => {
      timedOut.abort(new BitswapTimeoutError(`Block ${cid.toString()} was not received`));
    }, BLOCK_TIMEOUT_MS);
    const signal = AbortSignal.any([this.#ended.signal, timedOut.signal]);
    try {
      const chunks: Uint8Array[] = [];
      const source = this.#session.get(cid, {
        signal,
        onProgress: (event) => {
          // A session whose provider does not answer looks for others; their blocks would be credited to this peer.
          if (isFoundProvider(event) && !event.detail.provider.id.equals(this.#provider)) {
            timedOut.abort(new BitswapTimeoutError('The peer did not respond'));
          }
        },
      });
      for await (const chunk of source) chunks.push(chunk);
      const [first] = chunks;
      return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
    } catch (error) {
      throw timedOut.signal.aborted ? timedOut.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }
}
