import { isCallOf } from '../shared/call-traits.ts';
import type { DescribedEngine } from '../shared/call-traits.ts';
import { GgenError, toPlainError } from '../shared/errors.ts';
import type { EventName } from '../shared/events.ts';
import { EVENT_NAMES } from '../shared/events.ts';
import { checkTraceparent } from '../shared/traceparent.ts';
import { exposeDispatch } from './comlink.ts';
import type { RpcEndpoint } from './endpoint.ts';
import { isPlainObject, plainData } from './plain-data.ts';
import type { Dispatch, ServerInfo, Notice, Reply } from './protocol.ts';
import { checkRpcVersion, RPC_VERSION } from './protocol.ts';
import { ServerOperations } from './server-operations.ts';

export interface ServeOptions {
  /** Called when the client asks to close the engine; ignored when left out. */
  readonly onShutdown?: () => void;
  /** Version of the program, sent to clients. */
  readonly version?: string;
}

export interface EngineServer {
  /** Number of running calls of the client. */
  liveOperations(): number;
  /** Cancel the client's calls, end its subscriptions and stop listening. */
  close(): void;
}

/**
 * Serve an engine to the client on the other end of `endpoint`. When the engine could not be opened, the client's
 * `connect` fails with that error. When the client disconnects, its calls are canceled.
 */
export function serveEngine(
  engine: DescribedEngine | Promise<DescribedEngine>,
  endpoint: RpcEndpoint,
  options: ServeOptions = {},
): EngineServer {
  const session = new ClientSession(Promise.resolve(engine), endpoint, options);
  const unexpose = exposeDispatch(session.dispatch, endpoint, errorReply);
  const close = (): void => {
    removeCloseListener();
    session.end();
    unexpose();
    endpoint.close();
  };
  const removeCloseListener = endpoint.onClose(close);
  return { close, liveOperations: () => session.operations.size };
}

/** The calls and subscriptions of one client. */
class ClientSession {
  readonly operations = new ServerOperations();
  readonly #subscriptions = new Map<EventName, AbortController>();
  readonly #engine: Promise<DescribedEngine>;
  readonly #endpoint: RpcEndpoint;
  readonly #options: ServeOptions;

  /** The methods that the client may call: plain functions, so that nothing else of the session can be reached. */
  readonly dispatch: Dispatch = {
    connect: (rpc) => toReply(() => this.#connect(rpc)),
    call: (name, request, operation, traceparent) =>
      toReply(() => this.#call(name, request, operation, checkTraceparent(traceparent))),
    cancel: (operation) => {
      this.operations.cancel(operation);
    },
    subscribe: (event, subscription) => toReply(() => this.#subscribe(event, subscription)),
    unsubscribe: (event) => {
      this.#unsubscribe(event);
    },
    shutdown: () => this.#options.onShutdown?.(),
    disconnect: () => {
      this.end();
    },
  };

  constructor(engine: Promise<DescribedEngine>, endpoint: RpcEndpoint, options: ServeOptions) {
    this.#engine = engine;
    this.#endpoint = endpoint;
    this.#options = options;
    // `connect` reports the error to the client. Until then it must not count as unhandled.
    engine.catch(() => undefined);
  }

  async #connect(rpc: unknown): Promise<ServerInfo> {
    const { version = '' } = this.#options;
    checkRpcVersion(rpc, version);
    const { calls } = await this.#engine;
    return { rpc: RPC_VERSION, version, pid: process.pid, calls };
  }

  end(): void {
    this.operations.cancelAll();
    for (const subscription of this.#subscriptions.values()) subscription.abort();
    this.#subscriptions.clear();
  }

  async #call(name: unknown, request: unknown, operation: unknown, traceparent: string | undefined): Promise<unknown> {
    const plain = plainData(request);
    if (!isPlainObject(plain)) {
      throw new GgenError('InvalidRequest', `The call ${describeName(name)} requires a single plain object.`);
    }
    return await this.operations.run(operation, async (id, signal) => {
      const engine = await this.#engine;
      if (!isCallOf(engine.calls, name)) {
        throw new GgenError('InvalidRequest', `The engine has no call named ${describeName(name)}.`);
      }
      signal.throwIfAborted();
      const onProgress = (progress: unknown): void => {
        this.#progress(id, progress);
      };
      // The engine checks the form of the request; here all calls have the same type.
      const call = engine[name] as (request: unknown, options: object) => Promise<unknown>;
      return plainData(await call.call(engine, plain, { signal, onProgress, traceparent }), 'the answer');
    });
  }

  #progress(operation: number, progress: unknown): void {
    if (!this.operations.has(operation)) return;
    this.#post({ notice: 'progress', operation, progress: plainData(progress, 'progress') });
  }

  async #subscribe(name: unknown, subscription: unknown): Promise<void> {
    if (!isEventName(name) || typeof subscription !== 'number') {
      throw new GgenError('InvalidRequest', `The engine has no event named ${describeName(name)}.`);
    }
    this.#unsubscribe(name);
    const subscriptionEnd = new AbortController();
    this.#subscriptions.set(name, subscriptionEnd);
    const engine = await this.#engine;
    if (subscriptionEnd.signal.aborted) return;
    const unsubscribe = engine.subscribe(name, (event) => {
      if (!subscriptionEnd.signal.aborted)
        this.#post({ notice: 'event', name, subscription, event: plainData(event, name) });
    });
    subscriptionEnd.signal.addEventListener('abort', unsubscribe, { once: true });
  }

  #unsubscribe(name: unknown): void {
    if (!isEventName(name)) return;
    this.#subscriptions.get(name)?.abort();
    this.#subscriptions.delete(name);
  }

  #post(notice: Notice): void {
    this.#endpoint.postMessage(notice);
  }
}

async function toReply(body: () => Promise<unknown>): Promise<Reply> {
  try {
    return { ok: true, value: await body() };
  } catch (error) {
    return errorReply(error);
  }
}

function errorReply(error: unknown): Reply {
  return { ok: false, error: toPlainError(error) };
}

function isEventName(name: unknown): name is EventName {
  return (EVENT_NAMES as readonly unknown[]).includes(name);
}

function describeName(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 64)}'` : typeof value;
}
