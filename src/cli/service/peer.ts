import type { NodeSettings } from '../../shared/model.ts';
import { errorMessage, errorName } from '../../shared/errors.ts';
import type { SharedEngine } from '../../worker/ownership/shared-engine.ts';
import { CommandError } from '../errors/command-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { UsageError } from '../command-line/usage-error.ts';
import type { Settings } from '../settings/settings.ts';
import type { PublishEngine } from '../publisher/publish-project.ts';
import { endpoints } from './endpoints.ts';
import type { EndpointsEngine } from './endpoints.ts';
import type { PeerEvent } from './events.ts';
import { parseHttpAddress } from './http-address.ts';
import type { HttpEndpoint } from './http.ts';
import { listenForHttp } from './http.ts';
import type { PeerLog } from './log.ts';
import { Mirror } from './mirror.ts';
import type { MirrorEngine } from './mirror.ts';
import { publishAll } from './publish-all.ts';
import { parseSelection } from './selection.ts';

/** Calls of the engine that a peer and its parts use. */
type PeerEngine = Pick<SharedEngine, 'isOwner' | 'subscribe' | 'status' | 'startNode' | 'bootstrap'> &
  EndpointsEngine &
  MirrorEngine &
  PublishEngine;

export interface PeerOptions {
  readonly engine: PeerEngine;
  readonly log: PeerLog;
  readonly version: string;
  readonly notify: (event: PeerEvent) => void;
  readonly signal: AbortSignal;
}

/** Check the settings that only a peer has, before anything is started. @throws UsageError */
export function checkPeerSettings(settings: Settings): void {
  parseSelection(settings.texts('mirror'));
  const http = settings.text('http');
  if (http !== '') parseHttpAddress(http, settings.isEnabled('http-remote'));
}

/** A headless peer: the node with its settings, published and mirrored packages, and the HTTP endpoint. */
export class Peer {
  readonly #options: PeerOptions;
  #settings: Settings;
  /** The endpoint, and the address in the settings. */
  #http: { readonly address: string; readonly endpoint: HttpEndpoint } | undefined;
  #mirror: Mirror | undefined;

  constructor(options: PeerOptions, settings: Settings) {
    this.#options = options;
    this.#settings = settings;
  }

  /** URL of the HTTP endpoint, if there is one. */
  get http(): string | undefined {
    return this.#http?.endpoint.url;
  }

  /** Start the node and the HTTP endpoint, mirror and publish. @throws UsageError, CommandError HttpFailed, GgenError */
  async start(): Promise<void> {
    await this.#startNode();
    await this.#listen();
    const { engine, notify, signal } = this.#options;
    await this.#notifyReady();
    this.#watchTakeOver();
    this.#updateMirror();
    await publishAll(engine, this.#settings.texts('publish'), this.#settings.dataDir, notify, signal);
  }

  /**
   * Apply other settings. When they are invalid, the previous ones stay in force.
   *
   * @throws UsageError, CommandError HttpFailed, GgenError as `startNode`
   */
  async reload(settings: Settings): Promise<void> {
    checkPeerSettings(settings);
    const before = this.#settings;
    this.#settings = settings;
    try {
      await this.#listen();
      await this.#startNode();
    } catch (error) {
      this.#settings = before;
      await this.#listen();
      await this.#startNode();
      throw error;
    }
    const { engine, log, notify, signal } = this.#options;
    log.configure({ format: settings.text('log-format'), level: settings.text('log-level') });
    if (settings.dataDir !== before.dataDir)
      log.log('warn', 'Changing the data folder requires a restart. The current folder stays in use.');
    this.#updateMirror();
    const added = settings.texts('publish').filter((folder) => !before.texts('publish').includes(folder));
    await publishAll(engine, added, before.dataDir, notify, signal);
    notify({ event: 'reloaded' });
  }

  async stop(): Promise<void> {
    await Promise.all([this.#http?.endpoint.close(), this.#mirror?.stop()]);
  }

  /** After a take-over the node runs with the settings of its last owner, so it is started with this peer's. */
  #watchTakeOver(): void {
    const { engine, log, signal } = this.#options;
    if (engine.isOwner) return;
    const unsubscribe = engine.subscribe('node', () => {
      if (!engine.isOwner || signal.aborted) return;
      unsubscribe();
      log.log('info', 'This process now runs the node, with the settings of this peer.');
      this.#startNode().catch((error: unknown) => {
        log.log('error', `Could not start the node with the settings of this peer: ${errorMessage(error)}`);
      });
    });
  }

  /** Start the node, unless another process runs it: that one keeps its settings. */
  async #startNode(): Promise<void> {
    const { engine, log } = this.#options;
    const { node, owner } = await engine.status({});
    const nodeSettings: NodeSettings = this.#settings.node('persistent');
    if (engine.isOwner || node.state !== 'running') {
      await engine.startNode(nodeSettings).catch((error: unknown) => {
        const isUsageError = ['InvalidAddress', 'InvalidRequest'].includes(errorName(error));
        throw isUsageError ? new UsageError(errorMessage(error)) : error;
      });
      return;
    }
    log.log(
      'warn',
      `The node is already running in process ${owner?.pid ?? '?'} and keeps its settings. This peer takes over when that process exits.`,
    );
    for (const address of nodeSettings.bootstrap) await engine.bootstrap({ address });
  }

  async #listen(): Promise<void> {
    const address = this.#settings.text('http');
    if (this.#http?.address === address) return;
    await this.#http?.endpoint.close();
    this.#http = undefined;
    if (address === '') return;
    const { engine, log, version } = this.#options;
    const parsed = parseHttpAddress(address, this.#settings.isEnabled('http-remote'));
    const endpoint = await listenForHttp(parsed, endpoints(engine, version)).catch((error: unknown) => {
      const message = `The HTTP endpoint cannot listen on ${address}: ${errorMessage(error)}`;
      throw new CommandError(
        'HttpFailed',
        EXIT.failed,
        message,
        'Choose another address or port with --http HOST:PORT.',
      );
    });
    this.#http = { address, endpoint };
    log.log('info', `HTTP on ${endpoint.url}`);
  }

  async #notifyReady(): Promise<void> {
    const { engine, notify } = this.#options;
    const { node, settings } = await engine.status({});
    const { http } = this;
    notify({
      event: 'ready',
      peerId: node.peerId ?? '',
      addresses: node.addresses,
      bootstrap: settings?.bootstrap.length ?? 0,
      pid: process.pid,
      attached: !engine.isOwner,
      ...(http === undefined ? {} : { http }),
    });
  }
  #updateMirror(): void {
    const selected = this.#settings.texts('mirror');
    const { engine, log, notify, signal } = this.#options;
    if (signal.aborted || (this.#mirror === undefined && selected.length === 0)) return;
    const selection = parseSelection(selected);
    this.#mirror ??= new Mirror({ engine, log, notify }, selection);
    this.#mirror.select(selection);
  }
}
