import type { PeerId } from '@libp2p/interface';
import type { PeriodicTask, TaskReport } from '../../maintenance/scheduler.ts';
import { SYNC_PROTOCOL } from '../../node/protocols.ts';
import type { PeerReputation } from '../../reputation/peer-reputation.ts';
import type { ConnectionList, PeerTopology, StreamDialer, StreamRegistrar } from '../shared/libp2p-parts.ts';
import { SyncClient } from './client.ts';
import type { SyncClientDeps } from './client.ts';
import { MAX_INBOUND_STREAMS, ROUND_TIMEOUT_MS, SYNC_INTERVAL_MS } from './limits.ts';
import { PullQueue } from './pull-queue.ts';
import { SyncServer } from './server.ts';
import type { SyncServerDeps } from './server.ts';

/** Name of the task that syncs with all connected peers. */
export const SYNC_TASK = 'sync';

export interface SyncDeps extends Omit<SyncClientDeps, 'catalog'>, Omit<SyncServerDeps, 'catalog'> {
  readonly node: {
    readonly libp2p: StreamRegistrar & StreamDialer & PeerTopology & ConnectionList;
    peers(): PeerId[];
  };
  readonly catalog: SyncClientDeps['catalog'] & SyncServerDeps['catalog'];
  readonly peerReputation: SyncClientDeps['peerReputation'] & Pick<PeerReputation, 'isBanned'>;
}

/**
 * Sync `/ggen/sync/1.0.0` (docs/protocols/sync.md): pull from a peer every record that it learned since the last session, by a
 * cursor into its append-only log. A node that was offline, or joined late, so gets every record that it missed.
 */
export class Sync {
  readonly #deps: SyncDeps;
  readonly #server: SyncServer;
  readonly #queue: PullQueue;
  #topology: string | undefined;

  constructor(deps: SyncDeps) {
    this.#deps = deps;
    this.#server = new SyncServer(deps);
    const client = new SyncClient(deps);
    this.#queue = new PullQueue({
      pullPortion: (peer) => client.pullPortion(peer),
      isEligible: (peer) => this.#isEligible(peer),
      log: deps.log,
    });
  }

  async start(): Promise<void> {
    const { node } = this.#deps;
    await node.libp2p.handle(SYNC_PROTOCOL, (stream, connection) => this.#server.serve(stream, connection), {
      maxInboundStreams: MAX_INBOUND_STREAMS,
    });
    this.#topology = await node.libp2p.register(SYNC_PROTOCOL, {
      onConnect: (peer) => {
        this.#queue.enqueue(peer);
      },
    });
    for (const peer of node.peers()) this.#queue.enqueue(peer);
  }

  task(): PeriodicTask {
    return {
      name: SYNC_TASK,
      title: 'Sync with connected peers',
      intervalMs: SYNC_INTERVAL_MS,
      timeoutMs: ROUND_TIMEOUT_MS,
      run: (signal) => this.#round(signal),
    };
  }

  /** Resolves when running sessions have ended, which the node's stop signal makes them do. */
  async stop(): Promise<void> {
    if (this.#topology !== undefined) this.#deps.node.libp2p.unregister(this.#topology);
    await this.#queue.stop();
  }

  /** Pulls from a peer now, or waits for the pull that runs already. */
  pull(peer: PeerId): Promise<void> {
    return this.#queue.pull(peer);
  }

  async #round(signal: AbortSignal): Promise<TaskReport> {
    const peers = this.#deps.node.peers();
    for (const peer of peers) this.#queue.enqueue(peer);
    await this.#queue.onIdle(signal);
    return { detail: `${peers.length} peers` };
  }

  #isEligible(peer: PeerId): boolean {
    const { stopped, peerReputation, node } = this.#deps;
    return !stopped.aborted && !peerReputation.isBanned(peer.toString()) && node.libp2p.getConnections(peer).length > 0;
  }
}
