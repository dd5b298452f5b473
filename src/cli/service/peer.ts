import type { NodeSettings } from '../../shared/model.ts';
import { errorMessage, errorName } from '../../shared/errors.ts';
import type { Host } from '../../worker/ownership/host.ts';
import { CommandError } from '../errors/command-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { UsageError } from '../command-line/usage-error.ts';
import type { Settings } from '../settings/settings.ts';
import { endpoints } from './endpoints.ts';
import type { PeerEvent } from './events.ts';
import { parseHttpAddress } from './http-address.ts';
import type { HttpEndpoint } from './http.ts';
import { listenForHttp } from './http.ts';
import type { PeerLog } from './log.ts';
import { Mirror } from './mirror.ts';
import { publishAll } from './publish-all.ts';
import { parseSelection } from './selection.ts';

export interface PeerOptions {
  readonly host: Host;
  readonly log: PeerLog;
  readonly version: string;
  readonly tell: (event: PeerEvent) => void;
  readonly signal: AbortSignal;
}

/** What of the settings a peer refuses, before anything is started. @throws UsageError */
export function checkSettings(settings: Settings): void {
  parseSelection(settings.texts('mirror'));
  const http = settings.text('http');
  if (http !== '') parseHttpAddress(http, settings.on('http-remote'));
}

/** A peer that runs on: the node with its settings, what it publishes and mirrors, its HTTP endpoint. */
export class Peer {
  readonly #options: PeerOptions;
  #settings: Settings;
  /** What listens, and the address that was asked for. */
  #http: { readonly asked: string; readonly endpoint: HttpEndpoint } | undefined;
  #mirror: Mirror | undefined;

  constructor(options: PeerOptions, settings: Settings) {
    this.#options = options;
    this.#settings = settings;
  }

  /** Address of the HTTP endpoint, if there is one. */
  get http(): string | undefined {
    return this.#http?.endpoint.url;
  }

  /** Start what the settings say, and publish. @throws UsageError, CommandError HttpFailed; else as the engine */
  async start(): Promise<void> {
    await this.#startNode();
    await this.#listen();
    const { host, tell, signal } = this.#options;
    await this.#tellReady();
    this.#whenTakenOver();
    this.#follow();
    await publishAll(host, this.#settings.texts('publish'), this.#settings.dataDir, tell, signal);
  }

  /**
   * Take other settings from now on; those that cannot be used leave the ones before in force.
   *
   * @throws UsageError, or what the engine or the HTTP endpoint refused them for
   */
  async reload(settings: Settings): Promise<void> {
    checkSettings(settings);
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
    const { host, log, tell, signal } = this.#options;
    log.configure({ format: settings.text('log-format'), level: settings.text('log-level') });
    if (settings.dataDir !== before.dataDir)
      log.say('warn', 'Another data folder needs a restart: it stays as it was.');
    this.#follow();
    const fresh = settings.texts('publish').filter((folder) => !before.texts('publish').includes(folder));
    await publishAll(host, fresh, before.dataDir, tell, signal);
    tell({ event: 'reloaded' });
  }

  async stop(): Promise<void> {
    await Promise.all([this.#http?.endpoint.close(), this.#mirror?.stop()]);
  }

  /** A node that was taken over runs as its owner had it: from then on it runs as this peer's settings say. */
  #whenTakenOver(): void {
    const { host, log, signal } = this.#options;
    if (host.isOwner) return;
    const end = host.subscribe('node', () => {
      if (!host.isOwner || signal.aborted) return;
      end();
      log.say('info', 'The node runs here from now on, with the settings of this peer.');
      this.#startNode().catch((error: unknown) => {
        log.say('error', `The node could not be started with the settings of this peer: ${errorMessage(error)}`);
      });
    });
  }

  /** The node of another process keeps its settings; one that does not run is started. */
  async #startNode(): Promise<void> {
    const { host, log } = this.#options;
    const { node, owner } = await host.status({});
    const wanted: NodeSettings = this.#settings.node('lasting');
    if (host.isOwner || node.state !== 'running') {
      await host.startNode(wanted).catch((error: unknown) => {
        const wrong = ['InvalidAddress', 'InvalidRequest'].includes(errorName(error));
        throw wrong ? new UsageError(errorMessage(error)) : error;
      });
      return;
    }
    log.say(
      'warn',
      `The node runs in process ${owner?.pid ?? '?'} already, with its own settings, which stay. This peer takes over when that process ends.`,
    );
    for (const address of wanted.bootstrap) await host.bootstrap({ address });
  }

  async #listen(): Promise<void> {
    const address = this.#settings.text('http');
    if (this.#http?.asked === address) return;
    await this.#http?.endpoint.close();
    this.#http = undefined;
    if (address === '') return;
    const { host, log, version } = this.#options;
    const parsed = parseHttpAddress(address, this.#settings.on('http-remote'));
    const endpoint = await listenForHttp(parsed, endpoints(host, version)).catch((error: unknown) => {
      const message = `The HTTP endpoint cannot listen on ${address}: ${errorMessage(error)}`;
      throw new CommandError('HttpFailed', EXIT.failed, message, 'Choose another address or port: --http HOST:PORT.');
    });
    this.#http = { asked: address, endpoint };
    log.say('info', `HTTP on ${endpoint.url}`);
  }

  async #tellReady(): Promise<void> {
    const { host, tell } = this.#options;
    const { node, settings } = await host.status({});
    const { http } = this;
    tell({
      event: 'ready',
      peerId: node.peerId ?? '',
      addresses: node.addresses,
      bootstrap: settings?.bootstrap.length ?? 0,
      pid: process.pid,
      attached: !host.isOwner,
      ...(http === undefined ? {} : { http }),
    });
  }
  #follow(): void {
    const wanted = this.#settings.texts('mirror');
    const { host, log, tell, signal } = this.#options;
    if (signal.aborted || (this.#mirror === undefined && wanted.length === 0)) return;
    const selection = parseSelection(wanted);
    this.#mirror ??= new Mirror({ engine: host, log, tell }, selection);
    this.#mirror.select(selection);
  }
}
