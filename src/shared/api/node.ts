import type { EngineStatus, MetricsSnapshot, NodeSettings, NodeStatus } from '../model.ts';
import type { Call, Empty } from './call.ts';

/** The node: start, stop, state, metrics. */
export interface NodeCalls {
  /**
   * Start the node. Settings that a running node takes over are applied at once; with others it is restarted. Starts
   * and stops run one after the other. The engine remembers the settings for its status, but starts no node by itself.
   * Resolves when the node listens, within 20 s; bootstrap peers are dialed afterwards. A start cannot be canceled:
   * only the wait for it ends.
   */
  startNode: Call<NodeSettings, NodeStatus, never, 'InvalidAddress' | 'NodeStartFailed'>;
  /**
   * Stop the node, within 3 s; nothing happens when it is stopped already. It cannot be canceled: only the wait for it
   * ends.
   */
  stopNode: Call<Empty, NodeStatus>;
  /** Read the state of the engine: node, peers, packages, storage, transfers, background tasks. */
  status: Call<Empty, EngineStatus>;
  /** Read what the engine counted and measured since it opened its data folder. */
  metrics: Call<Empty, MetricsSnapshot>;
}
