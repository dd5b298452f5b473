import type { CallName, CallOptions, EngineCalls } from '../shared/api/index.ts';
import { callNames } from '../shared/call-traits.ts';
import type { DescribedEngine } from '../shared/call-traits.ts';
import { fromPlainError, GgenError } from '../shared/errors.ts';
import type { EngineEvents, EventName } from '../shared/events.ts';
import { EVENT_NAMES } from '../shared/events.ts';
import { ClientCalls } from './client-calls.ts';
import { callSafely } from '../shared/listeners.ts';
import { ClientSubscriptions } from './client-subscriptions.ts';
import { wrapDispatch } from './comlink.ts';
import type { RpcEndpoint } from './endpoint.ts';
import { plainData } from './plain-data.ts';
import type { ServerInfo, Reply } from './protocol.ts';
import { checkRpcVersion, isServerInfo, isNotice, parseReply, RPC_VERSION } from './protocol.ts';

/** The engine on the far side of an endpoint. Calls reject with EngineStopped when the connection ends. */
export interface RemoteEngine extends DescribedEngine {
  /** Ask the far side to close the engine. It replies by ending: wait for the worker's exit or the socket's close. */
  shutdown(): void;
  /** Disconnect: the far side cancels running calls, and pending and later calls reject with EngineStopped. */
  close(): void;
  /** Number of calls that wait for their reply. */
  liveOperations(): number;
  /** Resolves when the connection has ended, to an error with the reason. */
  readonly closed: Promise<Error>;
  /** The serving process. */
  readonly server: ServerInfo;
}

export interface ConnectOptions {
  /** Resolves when the connection has ended, to an error with the reason: see `workerClosed` and `socketClosed`. */
  readonly closed: Promise<Error>;
  readonly signal?: AbortSignal | undefined;
  /** Timeout of connecting, in milliseconds; 30 s when left out. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Connect to the engine that `serveEngine` serves on the other end.
 *
 * @throws GgenError the error that kept the engine from opening (an `OpenError`, for example DataDirInUse);
 *   EngineStopped when the far side ends before it replies; EngineUnavailable when it does not reply in time; VersionMismatch
 *   when it has another version of the protocol. AbortError when canceled.
 */
export async function connectEngine(endpoint: RpcEndpoint, options: ConnectOptions): Promise<RemoteEngine> {
  const client = new Client(endpoint, options.closed);
  try {
    return client.engine(await client.connect(options.signal, options.timeoutMs ?? 30_000));
  } catch (error) {
    client.close();
    throw error;
  }
}

class Client {
  readonly #calls = new ClientCalls();
  readonly #endpoint: RpcEndpoint;
  readonly #link: ReturnType<typeof wrapDispatch>;
  readonly #unsubscribeNotices: () => void;
  readonly #closed: Promise<Error>;
  readonly #subscriptions = new ClientSubscriptions({
    subscribe: (name, subscription) => {
      this.#fireAndForget(this.#link.remote.subscribe(name, subscription));
    },
    unsubscribe: (name) => {
      this.#fireAndForget(this.#link.remote.unsubscribe(name));
    },
  });
  #open = true;

  constructor(endpoint: RpcEndpoint, closed: Promise<Error>) {
    this.#endpoint = endpoint;
    this.#closed = closed;
    this.#link = wrapDispatch(endpoint);
    this.#unsubscribeNotices = endpoint.onMessage((message) => {
      this.#handleNotice(message);
    });
    void closed.then((reason) => {
      this.#end(stoppedError(reason));
    });
  }

  async connect(signal: AbortSignal | undefined, timeoutMs: number): Promise<ServerInfo> {
    const timeoutSignal = AbortSignal.timeout(timeoutMs);
    try {
      const callSignal = signal === undefined ? timeoutSignal : AbortSignal.any([signal, timeoutSignal]);
      const serverInfo = await this.#ask(callSignal, undefined, () => this.#link.remote.connect(RPC_VERSION));
      return checkedServerInfo(serverInfo);
    } catch (error) {
      if (!timeoutSignal.aborted || signal?.aborted === true) throw error;
      throw new GgenError('EngineUnavailable', `The engine did not answer within ${timeoutMs / 1000} seconds.`);
    }
  }

  engine(server: ServerInfo): RemoteEngine {
    const calls = callNames(server.calls).map((name) => [
      name,
      (request: unknown, options?: CallOptions<unknown>) => this.#call(name, request, options),
    ]);
    return {
      // Complete, because the server has the same version of the calls.
      ...(Object.fromEntries(calls) as EngineCalls),
      calls: server.calls,
      subscribe: (name, listener) => this.#subscribe(name, listener),
      shutdown: () => {
        if (this.#open) this.#fireAndForget(this.#link.remote.shutdown());
      },
      close: () => {
        this.close();
      },
      liveOperations: () => this.#calls.size,
      server,
      closed: this.#closed,
    };
  }

  close(): void {
    if (!this.#open) return;
    this.#fireAndForget(this.#link.remote.disconnect());
    this.#end(new GgenError('EngineStopped', 'The connection to the engine was closed.'));
  }

  async #call(name: CallName, request: unknown, options: CallOptions<unknown> = {}): Promise<unknown> {
    const plain = plainData(request);
    return await this.#ask(options.signal, options.onProgress, (operation) =>
      this.#link.remote.call(name, plain, operation, options.traceparent),
    );
  }

  /** Send a message with a new operation number, and wait for its reply, the end of the connection or the signal. */
  async #ask(
    signal: AbortSignal | undefined,
    onProgress: ((progress: unknown) => void) | undefined,
    send: (operation: number) => Promise<Reply>,
  ): Promise<unknown> {
    if (signal?.aborted === true) throw canceledError();
    const { operation, reply } = this.#calls.open(onProgress);
    const onAbort = (): void => {
      this.#calls.fail(operation, canceledError());
      this.#fireAndForget(this.#link.remote.cancel(operation));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      send(operation).then(
        (received) => {
          this.#calls.settle(operation, received);
        },
        (error: unknown) => {
          this.#calls.fail(operation, sendError(error));
        },
      );
      return unwrapReply(parseReply(await reply));
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #subscribe<Name extends EventName>(name: Name, listener: (event: EngineEvents[Name]) => void): () => void {
    if (!this.#open) return () => undefined;
    return this.#subscriptions.add(name, listener as (event: EngineEvents[EventName]) => void);
  }

  #handleNotice(message: unknown): void {
    if (!isNotice(message)) return;
    if (message.notice === 'progress') {
      callSafely((progress: unknown) => {
        this.#calls.progress(message.operation, progress);
      }, message.progress);
    } else if (EVENT_NAMES.includes(message.name)) {
      this.#subscriptions.deliver(message.name, message.subscription, message.event as EngineEvents[EventName]);
    }
  }

  /** Send a message without waiting for its reply. When the connection has ended, `closed` reports it. */
  #fireAndForget(sent: Promise<unknown>): void {
    sent.catch(() => undefined);
  }

  #end(reason: Error): void {
    if (!this.#open) return;
    this.#open = false;
    this.#calls.stop(reason);
    this.#subscriptions.clear();
    this.#unsubscribeNotices();
    this.#link.close();
    this.#endpoint.close();
  }
}

/** A server info of another form is from another version of the protocol. */
function checkedServerInfo(serverInfo: unknown): ServerInfo {
  if (isServerInfo(serverInfo)) checkRpcVersion(serverInfo.rpc, serverInfo.version);
  else checkRpcVersion('unknown', '?');
  return serverInfo as ServerInfo;
}

function unwrapReply(reply: Reply): unknown {
  if (reply.ok) return reply.value;
  throw fromPlainError(reply.error);
}

function canceledError(): DOMException {
  return new DOMException('This operation was canceled.', 'AbortError');
}

function stoppedError(reason: Error): GgenError {
  if (reason instanceof GgenError && reason.name === 'EngineStopped') return reason;
  return new GgenError('EngineStopped', `The engine stopped: ${reason.message}`, { cause: reason });
}

/** comlink rejects when a message could not be posted, or when the far side's dispatch threw. */
function sendError(error: unknown): Error {
  if (error instanceof GgenError) return error;
  return new GgenError('Internal', 'The request could not be sent to the engine.', { cause: error });
}
