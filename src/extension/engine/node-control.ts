import type * as vscode from 'vscode';
import type { NodeSettings, NodeStatus } from '../../shared/model.ts';
import { errorMessage } from '../../shared/errors.ts';
import { bounded } from './bounded.ts';
import type { EngineHost } from './engine-host.ts';

/** Longest wait for the node to listen, in milliseconds. It takes some 100; a busy machine needs more. */
const START_BOUND = 30_000;
const STOP_BOUND = 10_000;

/**
 * Starts and stops the node with the user's settings, and remembers what the user wants: a node that ran is started
 * again when the engine comes back after a crash.
 */
export class NodeControl implements vscode.Disposable {
  readonly #host: EngineHost;
  readonly #settings: () => NodeSettings;
  readonly #connection: vscode.Disposable;
  #wanted = false;
  #applied: NodeSettings | undefined;

  constructor(host: EngineHost, settings: () => NodeSettings, log: vscode.LogOutputChannel) {
    this.#host = host;
    this.#settings = settings;
    this.#connection = host.onDidConnect(() => {
      if (!this.#wanted) return;
      this.join().catch((error: unknown) => {
        log.error(`The node could not be started again: ${errorMessage(error)}`);
      });
    });
  }

  /** Whether the node shall run: it was started, and not stopped since. */
  get wanted(): boolean {
    return this.#wanted;
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
    this.#wanted = true;
    const engine = await this.#host.engine();
    const { node, settings, owner } = await bounded(START_BOUND, undefined, (signal) => engine.status({}, { signal }));
    if (owner?.self !== false || node.state !== 'running' || settings === undefined) return await this.start();
    this.#applied = settings;
    return node;
  }

  /** Start with the present settings. Running already with the same: nothing happens; with others: it restarts. */
  async start(signal?: AbortSignal): Promise<NodeStatus> {
    this.#wanted = true;
    const settings = this.#settings();
    const engine = await this.#host.engine();
    // Stopped while the engine came up: then that is what the user wants.
    if (!this.#isWanted()) throw new DOMException('The node was stopped meanwhile.', 'AbortError');
    const status = await bounded(START_BOUND, signal, (bound) => engine.startNode(settings, { signal: bound }));
    if (this.#isWanted()) this.#applied = settings;
    return status;
  }

  #isWanted(): boolean {
    return this.#wanted;
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    this.#applied = undefined;
    const engine = this.#host.current;
    if (engine !== undefined) await bounded(STOP_BOUND, undefined, (signal) => engine.stopNode({}, { signal }));
  }

  /** Stop and start again; an engine that was given up is started anew. */
  async restart(signal?: AbortSignal): Promise<NodeStatus> {
    if (this.#host.state === 'failed') await this.#host.restart();
    else await this.stop();
    return await this.start(signal);
  }

  /** A bootstrap peer was added to the settings and dialled: the running node has it already. */
  noteBootstrap(address: string): void {
    const applied = this.#applied;
    if (applied === undefined || applied.bootstrap.includes(address)) return;
    this.#applied = { ...applied, bootstrap: [...applied.bootstrap, address] };
  }

  dispose(): void {
    this.#connection.dispose();
  }
}
