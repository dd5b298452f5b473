import type { ViewState } from '../../shared/contributions.ts';
import type { NodeState } from '../../shared/model.ts';
import type { EngineState } from '../engine/engine-client.ts';

/**
 * Combine the states of the engine and the node for the views. An engine that was never started counts as a stopped
 * node, because starting the node starts the engine too.
 *
 * @param shouldRun whether the node starts as soon as the engine is ready
 */
export function viewState(engine: EngineState, node: NodeState, shouldRun: boolean): ViewState {
  switch (engine) {
    case 'restarting':
    case 'failed':
      return engine;
    case 'idle':
      return 'stopped';
    case 'starting':
      return shouldRun ? 'starting' : 'stopped';
    case 'ready':
      return node;
  }
}
