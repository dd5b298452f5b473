import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { errorMessage } from '../../shared/errors.ts';
import type { HttpAddress } from './http-address.ts';
import { isOwnHost } from './http-address.ts';

/** Response of an endpoint. */
export interface HttpResponse {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Handlers by path. The signal aborts when the response takes too long. */
export type Endpoints = Readonly<Record<string, (signal: AbortSignal) => Promise<HttpResponse>>>;

export interface HttpEndpoint {
  /** Its URL, for example `http://127.0.0.1:9464`. */
  readonly url: string;
  close(): Promise<void>;
}

const RESPONSE_TIMEOUT_MS = 4_000;
const HTTP_LIMITS = { headersTimeout: 5_000, requestTimeout: 5_000, keepAliveTimeout: 5_000, maxHeaderSize: 8_192 };
const MAX_CONNECTIONS = 32;

/**
 * Serve the peer's state. Read-only, without CORS, and only for requests that name this machine as their host.
 *
 * @throws Error when listening on the address fails
 */
export async function listenForHttp(address: HttpAddress, endpoints: Endpoints): Promise<HttpEndpoint> {
  const names = [address.host, hostname()].map((name) => name.toLowerCase());
  const server = createServer({ ...HTTP_LIMITS, connectionsCheckingInterval: 1_000 }, (request, response) => {
    handleRequest(request, names, endpoints).then(
      (answer) => {
        send(response, answer, request.method === 'HEAD');
      },
      (error: unknown) => {
        send(response, textResponse(503, errorMessage(error)), false);
      },
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(address.port, address.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    url: `http://${host}:${port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A response of one line of text. */
export function textResponse(status: number, message: string): HttpResponse {
  return { status, type: 'text/plain; charset=utf-8', body: `${message}\n` };
}

async function handleRequest(
  request: IncomingMessage,
  names: readonly string[],
  endpoints: Endpoints,
): Promise<HttpResponse> {
  // The body of a request is ignored.
  request.resume();
  if (!isOwnHost(request.headers.host, names)) return textResponse(421, 'Unknown host.');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return textResponse(405, 'Only GET and HEAD are supported.');
  const path = (request.url ?? '').split('?')[0] ?? '';
  const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
  if (endpoint === undefined)
    return textResponse(404, `Not found. Available paths: ${Object.keys(endpoints).join(', ')}.`);
  return endpoint(AbortSignal.timeout(RESPONSE_TIMEOUT_MS));
}

function send(response: ServerResponse, { status, type, body }: HttpResponse, headOnly: boolean): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(headOnly ? undefined : body);
}
