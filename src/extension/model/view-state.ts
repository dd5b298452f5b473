import type { ViewState } from '../../shared/contributions.ts';
import type { NodeState } from '../../shared/model.ts';
import type { EngineState } from '../engine/engine-client.ts';

/**
 * What the views show, out of the engine's state and the node's inside it. An engine that was never needed looks like a
 * stopped node, because starting the node starts it as well.
 *
 * @param shouldRun whether the node shall run as soon as the engine is there
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
