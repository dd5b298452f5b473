import type { BootstrapResult, NodeStatus } from '../../shared/model.ts';
import type { PeerDirectory } from '../node/peer-directory.ts';
import type { Network } from '../protocols/network.ts';

/** A node that runs, with its protocols. It is stopped once and never restarts. */
export interface RunningNode {
  readonly network: Network;
  readonly peerDirectory: Pick<PeerDirectory, 'list' | 'details'>;
  /** Its identity and addresses. */
  status(): Required<Pick<NodeStatus, 'peerId' | 'addresses' | 'startedAt'>>;
  networkStatus(): NetworkStatus;
  /** Dial these bootstrap peers from now on. */
  setBootstrapPeers(addresses: readonly string[]): void;
  /** @throws GgenError InvalidAddress */
  bootstrap(address: string, signal: AbortSignal): Promise<BootstrapResult>;
  /** Close all connections of a peer. */
  disconnect(peer: string): void;
  /** Resolves within 3 s; logs what does not stop cleanly. */
  stop(): Promise<void>;
}

/** The part of the engine's status that a node answers. */
export interface NetworkStatus {
  readonly connectedPeers: number;
  readonly routingTableSize: number;
  readonly topicPeers: number;
  readonly bootstrap: readonly BootstrapResult[];
}

/**
 * Where the running node is found. The node comes and goes while the engine lives; the parts that use it are made once and
 * look here each time.
 */
export class NodeSlot {
  /** Undefined while no node runs. Set by the node lifecycle only. */
  running: RunningNode | undefined;

  get network(): Network | undefined {
    return this.running?.network;
  }
}
