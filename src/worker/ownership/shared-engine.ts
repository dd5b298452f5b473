import type { CallName, CallOptions, Engine, EngineCalls } from '../../shared/api/index.ts';
import { callNames } from '../../shared/call-traits.ts';
import type { DescribedEngine } from '../../shared/call-traits.ts';
import { errorMessage, errorName, GgenError, toError } from '../../shared/errors.ts';
import type { EngineStatus } from '../../shared/model.ts';
import { raceSignal, withTimeout } from '../../shared/async.ts';
import type { EngineOptions } from '../engine/engine.ts';
import { socketAddress } from './socket-address.ts';
import type { Backend } from './backend.ts';
import { EventRelay } from './event-relay.ts';
import { acquireBackend } from './acquire-backend.ts';
import { DesiredNodeState } from './desired-node-state.ts';

/** How often a call is repeated when one owner after another ends. */
const MAX_RETRIES = 5;
/** How long an owner that has said that it stops may take to release the folder. */
const OWNER_EXIT_TIMEOUT_MS = 6_000;

/** How long an owner may take to start or to end before DataDirInUse. */
const DEFAULT_OWNER_TIMEOUT_MS = 8_000;

export interface SharedEngineOptions extends EngineOptions {
  /** How long to wait for an owner that neither answers nor ends, in milliseconds; 8 s when absent. */
  readonly timeoutMs?: number;
  /** The parent span of calls that have none of their own, as W3C `traceparent`. */
  readonly traceparent?: string | undefined;
  /** Ends the wait for an owner. It has no effect once the engine is open. */
  readonly signal?: AbortSignal;
}

/** The engine of this user's one node, wherever it runs: here, or in another window or program. */
export interface SharedEngine extends DescribedEngine {
  /** Resolves, when neither owning nor attaching works any more, to the reason. Calls reject with it from then on. */
  readonly failed: Promise<Error>;
  /** Whether the node runs in this process. */
  readonly isOwner: boolean;
  /** Detach. A node in this process stops, and another window or program takes it over. Resolves within 5 s. */
  close(): Promise<void>;
}

/**
 * Own the node of a data folder, or attach to the process that does. When the owner ends, even by a kill, one of the
 * attached processes takes over. Its callers only notice that a call takes longer.
 *
 * @throws GgenError DataDirInUse, DataDirNotPrivate, VersionMismatch, DatabaseTooNew, DiskFull, UnsupportedRuntime; the signal's reason
 */
export async function openSharedEngine(options: SharedEngineOptions): Promise<SharedEngine> {
  const session = new SharedEngineSession(options, await socketAddress(options.dataDir));
  await session.open();
  return session.asEngine(await session.calls());
}

class SharedEngineSession {
  readonly #options: SharedEngineOptions;
  readonly #socketPath: string;
  readonly #events = new EventRelay();
  readonly #desiredNodeState = new DesiredNodeState();
  readonly #closing = new AbortController();
  readonly #failure = Promise.withResolvers<Error>();
  #backend: Promise<Backend> | undefined;
  #current: Backend | undefined;

  constructor(options: SharedEngineOptions, socketPath: string) {
    this.#options = options;
    this.#socketPath = socketPath;
  }

  async open(): Promise<void> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const onAbort = (): void => {
      this.#closing.abort(closedError());
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await this.#connect();
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** The calls of the present owner. A later owner speaks the same version of the contract and has the same ones. */
  async calls(): Promise<DescribedEngine['calls']> {
    return (await this.#connect()).engine.calls;
  }

  asEngine(calls: DescribedEngine['calls']): SharedEngine {
    const methods = callNames(calls).map((name) => [
      name,
      (request: unknown, options: CallOptions<unknown> = {}) => this.#call(name, request, options),
    ]);
    const isOwner = (): boolean => this.#current?.owner.self === true;
    return {
      // Complete, because the owner's calls come from its table, which the contract types.
      ...(Object.fromEntries(methods) as EngineCalls),
      calls,
      subscribe: (name, listener) => this.#events.subscribe(name, listener),
      failed: this.#failure.promise,
      get isOwner() {
        return isOwner();
      },
      close: () => this.#close(),
    };
  }

  /** Attach to the owner or become it. A connect that is running is shared. */
  #connect(): Promise<Backend> {
    this.#backend ??= this.#acquire();
    return this.#backend;
  }

  async #acquire(): Promise<Backend> {
    const backend = await acquireBackend(
      {
        engine: this.#options,
        socketPath: this.#socketPath,
        timeoutMs: this.#options.timeoutMs ?? DEFAULT_OWNER_TIMEOUT_MS,
        onSocketUnavailable: (reason) => {
          this.#events.log('warn', `Other windows and commands cannot share this node: ${reason}`);
        },
      },
      this.#closing.signal,
    );
    if (this.#closing.signal.aborted) {
      await backend.close();
      throw closedError();
    }
    await this.#useBackend(backend);
    return backend;
  }

  async #useBackend(backend: Backend): Promise<void> {
    const { self, pid, version } = backend.owner;
    if (!self) this.#events.log('info', `Attached to the node of process ${pid} (version ${version})`);
    await this.#resumeNode(backend.engine);
    await this.#desiredNodeState.attach(backend.engine);
    this.#current = backend;
    this.#events.attach(backend.engine);
    void backend.ended.then((reason) => {
      this.#onBackendLost(backend, reason);
    });
  }

  /**
   * Start the node again if it ran at the previous owner, before callers see it stopped. The new owner may have opened the
   * folder just now and not know of the node; then an attached process that does starts it there.
   */
  async #resumeNode(engine: Engine): Promise<void> {
    const settings = this.#desiredNodeState.settings;
    if (settings === undefined) return;
    try {
      const { node } = await engine.status({});
      if (node.state !== 'stopped') return;
      await engine.startNode(settings);
      this.#events.log('info', 'Took over the node after the process that ran it exited');
    } catch (error) {
      this.#events.log('error', `The node could not be restarted: ${errorMessage(error)}`);
    }
  }

  #onBackendLost(backend: Backend, reason: Error): void {
    if (this.#current !== backend || this.#closing.signal.aborted) return;
    this.#desiredNodeState.detach();
    this.#events.detach();
    this.#events.log('info', `The process that ran the node exited (${reason.message})`);
    this.#current = undefined;
    this.#backend = undefined;
    this.#connect().catch((error: unknown) => {
      if (!this.#closing.signal.aborted) this.#failure.resolve(toError(error));
    });
  }

  async #call(name: CallName, request: unknown, options: CallOptions<unknown>): Promise<unknown> {
    for (let retries = 0; ; retries++) {
      const backend = await raceCallerSignal(this.#connect(), options.signal);
      try {
        return await this.#invoke(backend, name, request, options);
      } catch (error) {
        if (backend.owner.self || errorName(error) !== 'EngineStopped' || this.#closing.signal.aborted) throw error;
        const isIdempotent = backend.engine.calls[name]?.idempotent === true;
        if (!isIdempotent || retries >= MAX_RETRIES) throw interruptedError(name, error);
        // An owner that stops ends its running calls with this error, and releases the folder a moment later.
        await raceCallerSignal(withTimeout(OWNER_EXIT_TIMEOUT_MS, backend.ended), options.signal);
      }
    }
  }

  async #invoke(backend: Backend, name: CallName, request: unknown, options: CallOptions<unknown>): Promise<unknown> {
    // All calls look the same here: one request, one set of options.
    const call = backend.engine[name] as (request: unknown, options: object) => Promise<unknown>;
    const answer = await call(request, { traceparent: this.#options.traceparent, ...options });
    return name === 'status' ? withOwner(answer as EngineStatus, backend) : answer;
  }

  async #close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(closedError());
    this.#desiredNodeState.detach();
    this.#events.detach();
    const backend = await this.#backend?.catch(() => undefined);
    await backend?.close();
    this.#events.close();
  }
}

function withOwner(status: EngineStatus, backend: Backend): EngineStatus {
  const count = backend.clients() ?? status.owner?.clients;
  return { ...status, owner: { ...backend.owner, ...(count === undefined ? {} : { clients: count }) } };
}

/** Wait for a promise, but no longer than the caller does, if it has a signal. */
function raceCallerSignal<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return signal === undefined ? promise : raceSignal(promise, signal, canceledError);
}

function canceledError(): DOMException {
  return new DOMException('This operation was canceled.', 'AbortError');
}

function interruptedError(name: CallName, cause: unknown): GgenError {
  return new GgenError(
    'Interrupted',
    'The window or program that ran the node exited during this operation, so it may or may not have completed. Check the result, and try again if needed.',
    { details: { call: name }, cause },
  );
}

function closedError(): GgenError {
  return new GgenError('EngineStopped', 'The connection to the engine was closed.');
}
