import type { Engine } from '../../shared/api/index.ts';
import { statusOutput } from './status-output.ts';
import type { Endpoints } from './http.ts';
import { textResponse } from './http.ts';
import { metricsText } from './metrics.ts';

const OK = 200;
const UNAVAILABLE = 503;

export type EndpointsEngine = Pick<Engine, 'metadata' | 'status' | 'metrics'>;

/** HTTP endpoints of a peer. */
export function endpoints(engine: EndpointsEngine, version: string): Endpoints {
  return {
    '/healthz': async (signal) => {
      // Fails when the engine does not answer, which a restart mends; a node without peers is healthy.
      await engine.metadata({}, { signal });
      return textResponse(OK, 'ok');
    },
    '/readyz': async (signal) => {
      const { node } = await engine.status({}, { signal });
      return node.state === 'running'
        ? textResponse(OK, 'ready')
        : textResponse(UNAVAILABLE, `The node is ${node.state}.`);
    },
    '/metrics': async (signal) => {
      const { type, body } = await metricsText(engine, version, signal);
      return { status: OK, type, body };
    },
    '/status': async (signal) => {
      const status = statusOutput(await engine.status({}, { signal }));
      return { status: OK, type: 'application/json', body: `${JSON.stringify(status, undefined, 2)}\n` };
    },
  };
}
