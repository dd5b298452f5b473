import type { Engine } from '../../shared/api/index.ts';
import { statusOutput } from '../commands/status-output.ts';
import type { Endpoints } from './http.ts';
import { textResponse } from './http.ts';
import { metricsText } from './metrics.ts';

const OK = 200;
const UNAVAILABLE = 503;

/** What a peer answers over HTTP. */
export function endpoints(engine: Engine, version: string): Endpoints {
  return {
    '/healthz': async (signal) => {
      // An engine that does not answer is what a restart is for; a node that has no peers is not.
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
