import { GgenError, errorMessage } from '../../shared/errors.ts';
import { needsRestart } from '../../shared/settings/node-settings.ts';
import type { BootstrapResult, NodeSettings, NodeState, NodeStatus } from '../../shared/model.ts';
import { parseBootstrapAddress } from '../node/dialer.ts';
import { validateNodeSettings } from '../node/node-settings.ts';
import type { Traffic } from '../protocols/shared/traffic.ts';
import type { NodeSettingsStore } from './node-settings-store.ts';
import type { NetworkStatus, NodeSlot, RunningNode } from './node-slot.ts';

export interface NodeLifecycleDeps {
  /** Holds the running node, for the parts that use it. */
  readonly slot: NodeSlot;
  readonly nodeSettings: Pick<NodeSettingsStore, 'saved'>;
  /** Save the settings and make the engine work with them, before a node does. */
  readonly applySettings: (settings: NodeSettings) => Promise<void>;
  /** @throws GgenError NodeStartFailed */
  readonly startNode: (settings: NodeSettings, bootstrap: readonly string[]) => Promise<RunningNode>;
  readonly traffic: Pick<Traffic, 'pause' | 'paused'>;
  readonly onStatus: (status: NodeStatus) => void;
  readonly onPeersChanged: () => void;
}

/** Starts and stops the node, one change at a time, and knows its state. */
export class NodeLifecycle {
  readonly #deps: NodeLifecycleDeps;
  #state: NodeState = 'stopped';
  #error: string | undefined;
  /** Addresses that were added while the engine runs; every later node dials them too. */
  readonly #addedBootstrap = new Set<string>();
  #transition: Promise<unknown> = Promise.resolve();

  constructor(deps: NodeLifecycleDeps) {
    this.#deps = deps;
  }

  /** @throws GgenError InvalidRequest, InvalidAddress, NodeStartFailed */
  async start(settings: NodeSettings): Promise<NodeStatus> {
    const checked = validateNodeSettings(settings);
    return this.#serialize(async () => {
      const { slot, nodeSettings } = this.#deps;
      const previous = nodeSettings.saved;
      await this.#deps.applySettings(checked);
      const bootstrap = [...checked.bootstrap, ...this.#addedBootstrap];
      if (slot.running !== undefined) {
        if (previous !== undefined && !needsRestart(previous, checked)) {
          slot.running.setBootstrapPeers(bootstrap);
          return this.status();
        }
        await this.#stopRunning();
      }
      this.#setState('starting');
      try {
        slot.running = await this.#deps.startNode(checked, bootstrap);
      } catch (error) {
        this.#setState('failed', errorMessage(error));
        throw error;
      }
      this.#setState('running');
      return this.status();
    });
  }

  async stop(): Promise<NodeStatus> {
    return this.#serialize(async () => {
      await this.#stopRunning();
      if (this.#state !== 'stopped') this.#setState('stopped');
      return this.status();
    });
  }

  /** Pause or resume seeding, whether a node runs or not. */
  pauseSeeding(paused: boolean): void {
    this.#deps.traffic.pause(paused);
    this.#deps.onStatus(this.status());
  }

  status(): NodeStatus {
    return {
      state: this.#state,
      addresses: [],
      ...(this.#deps.traffic.paused ? { seedingPaused: true } : {}),
      ...this.#deps.slot.running?.status(),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  networkStatus(): NetworkStatus {
    const none = { connectedPeers: 0, routingTableSize: 0, topicPeers: 0, bootstrap: [] };
    return this.#deps.slot.running?.networkStatus() ?? none;
  }

  /** @throws GgenError InvalidAddress, NodeNotRunning */
  async bootstrap(address: string, signal: AbortSignal): Promise<BootstrapResult> {
    parseBootstrapAddress(address);
    const { running } = this.#deps.slot;
    if (running === undefined) {
      throw new GgenError('NodeNotRunning', 'The node is not running. Start it first.');
    }
    this.#addedBootstrap.add(address);
    return running.bootstrap(address, signal);
  }

  #serialize<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#transition.then(work, work);
    this.#transition = next.catch(() => undefined);
    return next;
  }

  #setState(state: NodeState, error?: string): void {
    this.#state = state;
    this.#error = error;
    this.#deps.onStatus(this.status());
    this.#deps.onPeersChanged();
  }

  async #stopRunning(): Promise<void> {
    const { slot } = this.#deps;
    if (slot.running === undefined) return;
    this.#setState('stopping');
    await slot.running.stop();
    slot.running = undefined;
  }
}
