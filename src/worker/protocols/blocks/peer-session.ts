import type { Stream } from '@libp2p/interface';
import type { CID } from 'multiformats/cid';
import { errorName } from '../../../shared/errors.ts';
import { peerIdFromText } from '../../node/peer-id.ts';
import { CAR_PROTOCOL } from '../../node/protocols.ts';
import { BitswapSession } from '../bitswap/client.ts';
import type { BitswapDeps } from '../bitswap/client.ts';
import { CarSession } from '../car/client.ts';
import type { OnBlock } from '../car/client.ts';
import type { CarWant } from '../car/wire.ts';
import type { ConnectionList, StreamDialer } from '../shared/libp2p-parts.ts';
import { isLocal } from '../shared/traffic.ts';
import type { Traffic } from '../shared/traffic.ts';

/** Longest wait for a connection and a stream. */
const OPEN_TIMEOUT_MS = 2_500;
/** Streams that are open to one peer at the same time, at most. */
const MAX_OUTBOUND_STREAMS = 64;

export interface PeerSessionDeps extends BitswapDeps {
  readonly node: BitswapDeps['node'] & { readonly libp2p: StreamDialer & ConnectionList };
  readonly traffic: Pick<Traffic, 'maxChunkBytes' | 'spend'>;
  /** As `CarSessionOptions.acceptsZstd`. */
  readonly acceptsZstd?: boolean;
}

/** Fetches blocks from one peer: over CAR, or over bitswap when the peer does not speak CAR. */
export class PeerSession {
  readonly #deps: PeerSessionDeps;
  readonly #root: CID;
  readonly #peer: string;
  readonly #onReceived: (bytes: number) => void;
  readonly #closed = new AbortController();
  readonly #car: CarSession;
  #bitswap: BitswapSession | undefined;
  #isLocal = false;

  /**
   * @param root of the release that the blocks belong to
   * @param peer its id
   * @param onReceived called with the bytes that come from it, as they are on the stream
   */
  constructor(deps: PeerSessionDeps, root: CID, peer: string, onReceived: (bytes: number) => void = () => undefined) {
    this.#deps = deps;
    this.#root = root;
    this.#peer = peer;
    this.#onReceived = onReceived;
    const { traffic, acceptsZstd } = deps;
    this.#car = new CarSession({
      ...(acceptsZstd === undefined ? {} : { acceptsZstd }),
      open: (signal) => this.#open(signal),
      maxChunkBytes: () => traffic.maxChunkBytes('received', this.#isLocal),
      onReceived: (bytes, signal) => {
        onReceived(bytes);
        return traffic.spend('received', bytes, this.#isLocal, signal);
      },
    });
  }

  /** See `CarSession.fetch`. */
  async fetch(wants: readonly CarWant[], onBlock: OnBlock): Promise<void> {
    if (this.#bitswap === undefined) {
      try {
        await this.#car.fetch(wants, onBlock);
        return;
      } catch (error) {
        if (errorName(error) !== 'UnsupportedProtocolError' || this.#closed.signal.aborted) throw error;
        this.#updateIsLocal();
        this.#bitswap ??= new BitswapSession(this.#deps, this.#root, peerIdFromText(this.#peer));
      }
    }
    await this.#bitswap.fetch(wants, async (cid, bytes) => {
      this.#onReceived(bytes.length);
      await this.#deps.traffic.spend('received', bytes.length, this.#isLocal, this.#closed.signal);
      await onBlock(cid, bytes);
    });
  }

  close(reason?: unknown): void {
    this.#closed.abort(reason);
    this.#car.close(reason);
    this.#bitswap?.close(reason);
  }

  async #open(signal: AbortSignal): Promise<Stream> {
    const { node, stopped } = this.#deps;
    const timeoutSignal = AbortSignal.any([signal, stopped, AbortSignal.timeout(OPEN_TIMEOUT_MS)]);
    const stream = await node.libp2p.dialProtocol(peerIdFromText(this.#peer), CAR_PROTOCOL, {
      signal: timeoutSignal,
      maxOutboundStreams: MAX_OUTBOUND_STREAMS,
    });
    this.#updateIsLocal();
    const onStopped = (): void => {
      this.#car.close(stopped.reason);
    };
    stopped.addEventListener('abort', onStopped, { once: true, signal: this.#closed.signal });
    return stream;
  }

  /** Which connection reaches the peer is known only when there is one. */
  #updateIsLocal(): void {
    this.#isLocal = this.#deps.node.libp2p.getConnections(peerIdFromText(this.#peer)).some(isLocal);
  }
}
