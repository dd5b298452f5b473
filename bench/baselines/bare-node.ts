import { once } from 'node:events';
import { gossipsub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import type { GossipSub } from '@libp2p/gossipsub';
import type { Identify } from '@libp2p/identify';
import type { Stream } from '@libp2p/interface';
import type { Libp2p } from 'libp2p';

const ECHO_PROTOCOL = '/ggen-bench/echo/1.0.0';
const TOPIC = 'ggen-bench';
const ANSWER_TIMEOUT_MS = 30_000;

interface Services extends Record<string, unknown> {
  identify: Identify;
  pubsub: GossipSub;
}

/** libp2p as it comes, on TCP, with noise, yamux and gossipsub: nothing of this project is in it. */
export class BareNode {
  readonly #libp2p: Libp2p<Services>;
  /** Where it listens. Told by libp2p now: later, what others see of this node comes before. */
  readonly address: string;

  private constructor(libp2p: Libp2p<Services>) {
    this.#libp2p = libp2p;
    const [address] = libp2p.getMultiaddrs();
    if (address === undefined) throw new Error('The bare node listens on no address.');
    this.address = address.toString();
  }

  /** @param heard called with every message of others on the one topic */
  static async start(heard: () => void): Promise<BareNode> {
    const libp2p = await createLibp2p<Services>({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      // Fifty peers on one address come at once in some measurements.
      connectionManager: { inboundConnectionThreshold: 100, maxIncomingPendingConnections: 100 },
      // It would close connections that answer late on a busy machine, and nothing dials them again here.
      connectionMonitor: { enabled: false },
      services: {
        identify: identify(),
        // By default more than ten peers on one address are not listened to.
        pubsub: gossipsub({ allowPublishToZeroTopicPeers: true, scoreParams: { IPColocationFactorWeight: 0 } }),
      },
    });
    await libp2p.handle(ECHO_PROTOCOL, echo);
    const { pubsub } = libp2p.services;
    pubsub.addEventListener('message', heard);
    pubsub.subscribe(TOPIC);
    return new BareNode(libp2p);
  }

  /** How many others are known to listen on the topic. */
  get listeners(): number {
    return this.#libp2p.services.pubsub.getSubscribers(TOPIC).length;
  }

  async dial(address: string): Promise<void> {
    await this.#libp2p.dial(multiaddr(address));
  }

  async publish(bytes: Uint8Array): Promise<void> {
    await this.#libp2p.services.pubsub.publish(TOPIC, bytes);
  }

  /** Open a stream to a peer, send it so many bytes, and wait until they are back. */
  async roundTrip(address: string, bytes: number): Promise<void> {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const stream = await this.#libp2p.dialProtocol(multiaddr(address), ECHO_PROTOCOL, { signal });
    const { promise: back, resolve } = Promise.withResolvers<undefined>();
    let received = 0;
    stream.addEventListener('message', ({ data }) => {
      received += data.byteLength;
      if (received >= bytes) resolve(undefined);
    });
    stream.send(new Uint8Array(bytes));
    await Promise.race([back, once(signal, 'abort').then(() => Promise.reject(signal.reason as Error))]);
    await stream.close({ signal });
  }

  async stop(): Promise<void> {
    await this.#libp2p.stop();
  }
}

function echo(stream: Stream): void {
  stream.addEventListener('message', ({ data }) => {
    stream.send(data);
  });
  stream.addEventListener('remoteCloseWrite', () => {
    // Who asked may be gone already.
    stream.close().catch(() => undefined);
  });
}
