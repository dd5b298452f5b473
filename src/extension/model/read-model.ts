import * as vscode from 'vscode';
import type { Engine } from '../../shared/api/index.ts';
import type { ViewState } from '../../shared/contributions.ts';
import type { NodeStatus, PackageCounts, PeerSummary } from '../../shared/model.ts';
import type { EngineClient } from '../engine/engine-client.ts';
import type { NodeControl } from '../engine/node-control.ts';
import { GgenError } from '../../shared/errors.ts';
import { Coalescer } from './coalescer.ts';
import type { Failure } from './failure.ts';
import { failureOf } from './failure.ts';
import { viewState } from './view-state.ts';

const STOPPED: NodeStatus = { state: 'stopped', addresses: [] };
const NO_PACKAGES: PackageCounts = { published: 0, installed: 0, network: 0 };

/**
 * The latest state that the engine's events reported, which views read without a call. Fires one event per burst of
 * changes, at most every 100 ms. Package lists are not part of it: views read them page by page.
 */
export class ReadModel implements vscode.Disposable {
  readonly #client: EngineClient;
  readonly #control: NodeControl;
  readonly #change = new vscode.EventEmitter<void>();
  readonly #refresh = new Coalescer(() => {
    this.#change.fire();
  });
  readonly #disposables: vscode.Disposable[];
  #unsubscribe: (() => void)[] = [];
  #node = STOPPED;
  #peers: readonly PeerSummary[] = [];
  #counts = NO_PACKAGES;
  #packagesVersion = 0;

  readonly onDidChange = this.#change.event;

  constructor(client: EngineClient, control: NodeControl) {
    this.#client = client;
    this.#control = control;
    this.#disposables = [
      client.onDidConnect((engine) => {
        this.#follow(engine);
      }),
      client.onDidChangeState((state) => {
        if (state !== 'ready') this.#forget();
        this.#refresh.request();
      }),
    ];
  }

  get state(): ViewState {
    return viewState(this.#client.state, this.#node.state, this.#control.shouldRun);
  }

  get node(): NodeStatus {
    return this.#node;
  }

  get connectedPeers(): readonly PeerSummary[] {
    return this.#peers.filter((peer) => peer.connected);
  }

  /** Known peers that are not connected, including banned ones. */
  get disconnectedPeers(): readonly PeerSummary[] {
    return this.#peers.filter((peer) => !peer.connected);
  }

  get counts(): PackageCounts {
    return this.#counts;
  }

  /** Increases with every change of the catalog. */
  get packagesVersion(): number {
    return this.#packagesVersion;
  }

  /** The reason while the state is `failed` or `restarting`. */
  get failure(): Failure | undefined {
    const { state, failure } = this.#client;
    if (state !== 'ready') return failure && failureOf(failure, vscode.l10n.t);
    const { error } = this.#node;
    return error === undefined ? undefined : failureOf(new GgenError('NodeStartFailed', error), vscode.l10n.t);
  }

  /** Make the views read all packages again. */
  refresh(): void {
    this.#packagesVersion++;
    this.#refresh.request();
  }

  dispose(): void {
    this.#forget();
    this.#refresh.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
    this.#change.dispose();
  }

  #follow(engine: Engine): void {
    this.#forget();
    this.#unsubscribe = [
      engine.subscribe('node', ({ status }) => {
        this.#node = status;
        this.#refresh.request();
      }),
      engine.subscribe('peers', ({ peers }) => {
        this.#peers = peers;
        this.#refresh.request();
      }),
      engine.subscribe('packages', ({ counts }) => {
        this.#counts = counts;
        this.refresh();
      }),
    ];
  }

  #forget(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.#node = STOPPED;
    this.#peers = [];
    this.#counts = NO_PACKAGES;
  }
}
