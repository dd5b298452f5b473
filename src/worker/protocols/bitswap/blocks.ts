import type { PeerId } from '@libp2p/interface';
import type { CID } from 'multiformats/cid';
import { errorName } from '../../../shared/errors.ts';
import { peerIdFromText } from '../../node/peer-id.ts';
import { CAR_PROTOCOL } from '../../node/protocols.ts';
import { BitswapSession } from './bitswap-session.ts';
import { CarSession } from '../car/session.ts';
import type { OnBlock } from '../car/session.ts';
import type { CarWant } from '../car/wire.ts';
import type { NetworkContext } from '../context.ts';
import { isLocal } from '../traffic.ts';

/** Longest wait for a connection and a stream. */
const OPEN_TIMEOUT_MS = 2_500;
/** Messages that wait for each other on one connection are rare here; this many streams are open to one peer at most. */
const MAX_OUTBOUND_STREAMS = 64;

/** Blocks from other peers. */
export class Blocks {
  readonly #context: NetworkContext;

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  /** A session with exactly this peer: over CAR, or over bitswap where the peer does not speak that. */
  session(root: CID, peer: string): PeerSession {
    return new PeerSession(this.#context, root, peer);
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

/** Asks one peer for blocks; see `CarSession.fetch`. */
export class PeerSession {
  readonly #context: NetworkContext;
  readonly #root: CID;
  readonly #peer: string;
  readonly #closed = new AbortController();
  readonly #car: CarSession;
  #bitswap: BitswapSession | undefined;
  #isLocal = false;

  constructor(context: NetworkContext, root: CID, peer: string) {
    this.#context = context;
    this.#root = root;
    this.#peer = peer;
    const { traffic } = context;
    this.#car = new CarSession({
      open: (signal) => this.#open(signal),
      maxChunkBytes: () => traffic.maxChunkBytes('received', this.#isLocal),
      onReceived: (bytes, signal) => traffic.spend('received', bytes, this.#isLocal, signal),
    });
  }

  async fetch(wants: readonly CarWant[], onBlock: OnBlock): Promise<void> {
    if (this.#bitswap === undefined) {
      try {
        await this.#car.fetch(wants, onBlock);
        return;
      } catch (error) {
        if (errorName(error) !== 'UnsupportedProtocolError' || this.#closed.signal.aborted) throw error;
        this.#updateIsLocal();
        this.#bitswap ??= new BitswapSession(this.#context, this.#root, this.#peer);
      }
    }
    await this.#bitswap.fetch(wants, async (cid, bytes) => {
      await this.#context.traffic.spend('received', bytes.length, this.#isLocal, this.#closed.signal);
      await onBlock(cid, bytes);
    });
  }

  close(reason?: unknown): void {
    this.#closed.abort(reason);
    this.#car.close(reason);
    this.#bitswap?.close(reason);
  }

  async #open(signal: AbortSignal): ReturnType<NetworkContext['node']['libp2p']['dialProtocol']> {
    const { node, stopped } = this.#context;
    const peer = peerIdFromText(this.#peer);
    const timeoutSignal = AbortSignal.any([signal, stopped, AbortSignal.timeout(OPEN_TIMEOUT_MS)]);
    const stream = await node.libp2p.dialProtocol(peer, CAR_PROTOCOL, {
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

  /** By which connection it is reached is known once there is one. */
  #updateIsLocal(): void {
    this.#isLocal = this.#context.node.libp2p.getConnections(peerIdFromText(this.#peer)).some(isLocal);
  }
}
