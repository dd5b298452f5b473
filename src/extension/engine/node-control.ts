import type * as vscode from 'vscode';
import type { NodeSettings, NodeStatus } from '../../shared/model.ts';
import { errorMessage } from '../../shared/errors.ts';
import { callWithTimeout } from './call-with-timeout.ts';
import type { EngineClient } from './engine-client.ts';

/** The node listens after about 100 ms; a busy machine needs more. */
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts and stops the node with the user's settings, and remembers whether it must run: after a crash of the engine, a
 * node that ran is started again.
 */
export class NodeControl implements vscode.Disposable {
  readonly #client: EngineClient;
  readonly #settings: () => NodeSettings;
  readonly #connection: vscode.Disposable;
  #shouldRun = false;
  #applied: NodeSettings | undefined;

  constructor(client: EngineClient, settings: () => NodeSettings, log: vscode.LogOutputChannel) {
    this.#client = client;
    this.#settings = settings;
    this.#connection = client.onDidConnect(() => {
      if (!this.#shouldRun) return;
      this.join().catch((error: unknown) => {
        log.error(`The node could not be restarted: ${errorMessage(error)}`);
      });
    });
  }

  /** Whether the node was started and not stopped since. */
  get shouldRun(): boolean {
    return this.#shouldRun;
  }

  /** Settings of the last start; undefined after a stop. */
  get applied(): NodeSettings | undefined {
    return this.#applied;
  }

  /**
   * Have the node run. A node that already runs in another window or program keeps its settings; otherwise like
   * `start`. Without this, two windows with different settings would restart each other's node forever.
   */
  async join(): Promise<NodeStatus> {
    this.#shouldRun = true;
    const engine = await this.#client.engine();
    const { node, settings, owner } = await callWithTimeout(START_TIMEOUT_MS, undefined, (signal) =>
      engine.status({}, { signal }),
    );
    if (owner?.self !== false || node.state !== 'running' || settings === undefined) return await this.start();
    this.#applied = settings;
    return node;
  }

  /**
   * Start the node with the current settings. A node that runs with the same settings is left alone; with other
   * settings it restarts.
   *
   * @throws AbortError when `stop` is called before the engine is ready
   */
  async start(signal?: AbortSignal): Promise<NodeStatus> {
    this.#shouldRun = true;
    const settings = this.#settings();
    const engine = await this.#client.engine();
    // `stop` was called while the engine started.
    if (!this.#stillShouldRun()) throw new DOMException('The node was stopped in the meantime.', 'AbortError');
    const status = await callWithTimeout(START_TIMEOUT_MS, signal, (callSignal) =>
      engine.startNode(settings, { signal: callSignal }),
    );
    if (this.#stillShouldRun()) this.#applied = settings;
    return status;
  }

  #stillShouldRun(): boolean {
    return this.#shouldRun;
  }

  async stop(): Promise<void> {
    this.#shouldRun = false;
    this.#applied = undefined;
    const engine = this.#client.current;
    if (engine !== undefined)
      await callWithTimeout(STOP_TIMEOUT_MS, undefined, (signal) => engine.stopNode({}, { signal }));
  }

  /** Stop and start the node; in the state `failed`, restart the engine instead. */
  async restart(signal?: AbortSignal): Promise<NodeStatus> {
    if (this.#client.state === 'failed') await this.#client.restart();
    else await this.stop();
    return await this.start(signal);
  }

  /** Note that the running node already dials a bootstrap peer that is about to be added to the settings. */
  addAppliedBootstrap(address: string): void {
    const applied = this.#applied;
    if (applied === undefined || applied.bootstrap.includes(address)) return;
    this.#applied = { ...applied, bootstrap: [...applied.bootstrap, address] };
  }

  dispose(): void {
    this.#connection.dispose();
  }
}
