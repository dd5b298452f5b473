import type { CID } from 'multiformats/cid';
import { peerIdFromText } from '../../node/peer-id.ts';
import type { OnBlock } from '../car/session.ts';
import type { CarWant } from '../car/wire.ts';
import type { NetworkContext } from '../context.ts';

/** Blocks asked for at the same time. Each want is a message of its own, so more only queue up. */
const MAX_CONCURRENT_BLOCKS = 16;
/** A lost bitswap message hangs its fetch for ever. */
const BLOCK_TIMEOUT_MS = 2_500;

/** Waited in vain for a block. */
export class BitswapTimeoutError extends Error {
  override readonly name = 'BitswapTimeoutError';
}

/** bitswap tells whom it is going to ask. */
function isFoundProvider(event: {
  readonly type: string;
  readonly detail?: unknown;
}): event is { readonly type: string; readonly detail: { readonly provider: { readonly id: CID } } } {
  return event.type === 'bitswap:found-provider';
}

/** Asks exactly one peer for blocks, over bitswap: for peers that do not speak CAR. */
export class BitswapSession {
  readonly #provider: CID;
  readonly #session: ReturnType<NetworkContext['node']['helia']['blockstore']['createSession']>;
  readonly #ended = new AbortController();

  constructor({ node, stopped }: NetworkContext, root: CID, peer: string) {
    this.#provider = peerIdFromText(peer).toCID();
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
   * Ask for each block by itself, and never for what is below it. bitswap has no way to say that a block is not there, so that
   * waiting in vain is the end of the session.
   *
   * @throws BitswapLate; what `onBlock` threw
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
          // A session that gives up on its provider looks for others by itself; then the answer would not be this peer's.
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
