import type * as vscode from 'vscode';
import type { NodeSettings, NodeStatus } from '../../shared/model.ts';
import { errorMessage } from '../../shared/errors.ts';
import { callWithTimeout } from './call-with-timeout.ts';
import type { EngineClient } from './engine-client.ts';

/** Longest wait for the node to listen, in milliseconds. It takes some 100; a busy machine needs more. */
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts and stops the node with the user's settings, and remembers what the user wants: a node that ran is started
 * again when the engine comes back after a crash.
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

  /** Whether the node shall run: it was started, and not stopped since. */
  get shouldRun(): boolean {
    return this.#shouldRun;
  }

  /** Settings with which the node was last started; undefined while it is not wanted. */
  get applied(): NodeSettings | undefined {
    return this.#applied;
  }

  /**
   * Have the node run: one that runs already, in another window or program, is taken as it is; else as `start`. Two
   * windows whose settings differ would stop each other's node for ever.
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

  /** Start with the present settings. Running already with the same: nothing happens; with others: it restarts. */
  async start(signal?: AbortSignal): Promise<NodeStatus> {
    this.#shouldRun = true;
    const settings = this.#settings();
    const engine = await this.#client.engine();
    // Stopped while the engine came up: then that is what the user wants.
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

  /** Stop and start again; an engine that was given up is started anew. */
  async restart(signal?: AbortSignal): Promise<NodeStatus> {
    if (this.#client.state === 'failed') await this.#client.restart();
    else await this.stop();
    return await this.start(signal);
  }

  /** A bootstrap peer was added to the settings and dialed: the running node has it already. */
  addAppliedBootstrap(address: string): void {
    const applied = this.#applied;
    if (applied === undefined || applied.bootstrap.includes(address)) return;
    this.#applied = { ...applied, bootstrap: [...applied.bootstrap, address] };
  }

  dispose(): void {
    this.#connection.dispose();
  }
}
