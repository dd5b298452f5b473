import type { EngineStatus, MetricsSnapshot, NodeSettings, NodeStatus } from '../model.ts';
import type { Call, Empty } from './call.ts';

/** Starting, stopping and watching the node. */
export interface NodeCalls {
  /** Start the node with these settings. Running already with equal settings: nothing happens. With others: restarts. */
  startNode: Call<NodeSettings, NodeStatus>;
  stopNode: Call<Empty, NodeStatus>;
  status: Call<Empty, EngineStatus>;
  /** What the process that runs the node counted and measured since it opened its data folder. */
  metrics: Call<Empty, MetricsSnapshot>;
}
