import * as vscode from 'vscode';
import type { Engine } from '../../shared/api/index.ts';
import { GgenError, errorMessage, errorName, toError } from '../../shared/errors.ts';
import type { EngineProcess } from './engine-process.ts';
import { RestartPolicy } from './restart-policy.ts';

/** `idle`: never asked for, or stopped. `restarting`: it crashed, and the next start is due after a wait. */
export type EngineState = 'idle' | 'starting' | 'ready' | 'restarting' | 'failed';

/**
 * Owns the engine's worker: starts it when somebody first needs it, starts it again with back-off when it crashes, and
 * stops it within a bound. Starting the node inside the engine is not its business.
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
  /** A new engine is there: subscribe to its events again. */
  readonly onDidConnect = this.#connection.event;

  constructor(spawn: () => Promise<EngineProcess>, log: vscode.LogOutputChannel) {
    this.#spawn = spawn;
    this.#log = log;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Why the engine failed or is being restarted. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The engine when it runs now, without starting it. */
  get current(): Engine | undefined {
    return this.#process?.engine;
  }

  /**
   * The engine, started if necessary. A call during the wait after a crash starts it at once.
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

  /** Start anew after the engine was given up, or replace the one that runs. @throws GgenError, as `engine` */
  async restart(): Promise<Engine> {
    this.#policy.reset();
    await this.#stopProcess();
    return await this.engine();
  }

  /** Stop for good, within the time that VS Code leaves for it. */
  async stop(): Promise<void> {
    this.#disposed = true;
    await this.#stopProcess();
    this.#setState('idle');
  }

  /** Test hook: end the worker as a crash would. */
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
      // Its failure is in the state and in the log already.
      this.engine().catch(() => undefined);
    }, delayMs);
  }

  /** A worker that dies while it is started again after a crash has crashed once more; any other reason stays. */
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

/** To whoever asked for an engine, one that died while it started was never there; other errors say more than that. */
function unavailable(error: unknown): unknown {
  if (errorName(error) !== 'EngineStopped') return error;
  return new GgenError('EngineUnavailable', errorMessage(error), { cause: error });
}
