import * as vscode from 'vscode';
import type { Engine } from '../../shared/api/index.ts';
import { GgenError, errorMessage, errorName, toError } from '../../shared/errors.ts';
import type { EngineProcess } from './engine-process.ts';
import { RestartPolicy } from './restart-policy.ts';

/** `idle`: not started yet, or stopped. `restarting`: crashed, and waiting for the next start. */
export type EngineState = 'idle' | 'starting' | 'ready' | 'restarting' | 'failed';

/**
 * Owns the engine's worker: starts it on first use, restarts it with back-off after a crash, and stops it within a
 * bound. It does not start the node inside the engine; `NodeControl` does.
 */
export class EngineClient implements vscode.Disposable {
  readonly #spawn: () => Promise<EngineProcess>;
  readonly #log: vscode.LogOutputChannel;
  readonly #policy = new RestartPolicy();
  readonly #stateChange = new vscode.EventEmitter<EngineState>();
  readonly #connection = new vscode.EventEmitter<Engine>();
  #state: EngineState = 'idle';
  #process: EngineProcess | undefined;
  #starting: Promise<Engine> | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  #disposed = false;

  readonly onDidChangeState = this.#stateChange.event;
  /** Fires for each new engine, to whose events listeners must subscribe again. */
  readonly onDidConnect = this.#connection.event;

  constructor(spawn: () => Promise<EngineProcess>, log: vscode.LogOutputChannel) {
    this.#spawn = spawn;
    this.#log = log;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** The reason while the state is `failed` or `restarting`. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The running engine; never starts one. */
  get current(): Engine | undefined {
    return this.#process?.engine;
  }

  /**
   * The engine, started when necessary. A call during the wait after a crash starts it without waiting any longer.
   *
   * @throws GgenError EngineUnavailable, DataDirInUse, UnsupportedRuntime, DatabaseTooNew
   */
  engine(): Promise<Engine> {
    if (this.#process !== undefined) return Promise.resolve(this.#process.engine);
    if (this.#disposed) return Promise.reject(new GgenError('EngineUnavailable', 'The window is closing.'));
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Replace the running engine, or start one after `failed`. @throws GgenError as `engine` */
  async restart(): Promise<Engine> {
    this.#policy.reset();
    await this.#stopProcess();
    return await this.engine();
  }

  /** Stop the engine for good, within the time that VS Code allows for deactivation. */
  async stop(): Promise<void> {
    this.#disposed = true;
    await this.#stopProcess();
    this.#setState('idle');
  }

  /** Test hook: terminate the worker as a crash does. */
  async crash(): Promise<void> {
    await this.#process?.kill();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#restartTimer);
    this.#stateChange.dispose();
    this.#connection.dispose();
  }

  async #start(): Promise<Engine> {
    clearTimeout(this.#restartTimer);
    this.#setState('starting');
    const since = Date.now();
    try {
      const process = await this.#spawn();
      this.#adopt(process, since);
      return process.engine;
    } catch (error) {
      this.#startFailed(error);
      throw unavailable(error);
    }
  }

  #adopt(process: EngineProcess, since: number): void {
    this.#process = process;
    this.#failure = undefined;
    void process.closed.then((reason) => {
      if (this.#process === process) this.#crashed(reason, Date.now() - since);
    });
    this.#setState('ready');
    this.#connection.fire(process.engine);
  }

  #crashed(reason: Error, uptimeMs: number): void {
    this.#process = undefined;
    this.#log.error(`The engine stopped unexpectedly: ${reason.message}`);
    const delayMs = this.#policy.crashed(uptimeMs);
    if (delayMs === undefined) {
      this.#failed(reason);
      return;
    }
    this.#failure = reason;
    this.#setState('restarting');
    this.#log.info(`Restarting the engine in ${delayMs / 1000} s (crash ${this.#policy.crashes} in a row).`);
    this.#restartTimer = setTimeout(() => {
      // `#startFailed` has set the state and logged the error.
      this.engine().catch(() => undefined);
    }, delayMs);
  }

  /** A worker that exits during a restart counts as another crash; any other error ends the restarts. */
  #startFailed(error: unknown): void {
    if (error instanceof Error && error.name === 'EngineStopped' && this.#policy.crashes > 0) this.#crashed(error, 0);
    else this.#failed(toError(error));
  }

  #failed(reason: Error): void {
    this.#failure = reason;
    this.#log.error(`The engine is not running: ${reason.message}`);
    this.#setState('failed');
  }

  async #stopProcess(): Promise<void> {
    clearTimeout(this.#restartTimer);
    await this.#starting?.catch(() => undefined);
    const process = this.#process;
    this.#process = undefined;
    await process?.stop();
  }

  #setState(state: EngineState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#stateChange.fire(state);
  }
}

/** A worker that exits during its start reports EngineStopped; for the caller the engine never was available. */
function unavailable(error: unknown): unknown {
  if (errorName(error) !== 'EngineStopped') return error;
  return new GgenError('EngineUnavailable', errorMessage(error), { cause: error });
}
