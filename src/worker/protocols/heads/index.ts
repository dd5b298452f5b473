import type { PeerId } from '@libp2p/interface';
import type { Catalog } from '../../catalog/catalog.ts';
import type { PeriodicTask, TaskReport } from '../../maintenance/scheduler.ts';
import type { RecordProtocol } from '../shared/record-protocols.ts';
import { isRefreshDue } from '../shared/refresh-policy.ts';
import { HeadClient } from './client.ts';
import type { HeadClientDeps } from './client.ts';
import {
  CHECK_INTERVAL_MS,
  INITIAL_DELAY_MS,
  MIN_REPLICAS,
  REPUBLISH_INTERVAL_MS,
  ROUND_TIMEOUT_MS,
  WEAK_REPUBLISH_INTERVAL_MS,
} from './limits.ts';

export interface HeadDeps extends HeadClientDeps {
  readonly node: HeadClientDeps['node'] & { peers(): PeerId[] };
  readonly catalog: { readonly packages: Pick<Catalog['packages'], 'listOwn'> };
  readonly enabledProtocols: ReadonlySet<RecordProtocol>;
}

/** Head: the newest record of a package as a DHT value, for lookups by exact id (docs/protocols/head.md). */
export class Heads {
  readonly #deps: HeadDeps;
  readonly #client: HeadClient;
  /** When this node last put each own head, in milliseconds since the epoch, and how many peers stored it. */
  readonly #lastPut = new Map<string, { readonly at: number; readonly peers: number }>();

  constructor(deps: HeadDeps) {
    this.#deps = deps;
    this.#client = new HeadClient(deps);
  }

  task(): PeriodicTask {
    return {
      name: 'republish-heads',
      title: 'Republish own packages in the DHT',
      intervalMs: CHECK_INTERVAL_MS,
      initialDelayMs: INITIAL_DELAY_MS,
      timeoutMs: ROUND_TIMEOUT_MS,
      run: (signal) => this.#republishOwn(signal),
    };
  }

  /** Stores a record. Returns how many peers acknowledged it: 0 when no peers connected, which is not an error. */
  async put(publisher: string, name: string, envelope: Uint8Array, signal: AbortSignal): Promise<number> {
    if (!this.#deps.enabledProtocols.has('head')) return 0;
    const stored = await this.#client.put(publisher, name, envelope, signal);
    if (stored > 0) this.#lastPut.set(`${publisher}/${name}`, { at: Date.now(), peers: stored });
    return stored;
  }

  /** See `HeadClient.fetch`. */
  async fetch(publisher: string, name: string, signal: AbortSignal): Promise<boolean> {
    return this.#deps.enabledProtocols.has('head') && this.#client.fetch(publisher, name, signal);
  }

  async #republishOwn(signal: AbortSignal): Promise<TaskReport> {
    const { catalog, node } = this.#deps;
    const due = catalog.packages.listOwn().filter(({ record }) => this.#isDue(`${record.publisher}/${record.name}`));
    if (due.length > 0 && node.peers().length === 0) {
      return { detail: 'no peers connected', nextRunInMs: INITIAL_DELAY_MS };
    }
    let pending = 0;
    for (const { record, envelope } of due) {
      if (signal.aborted) pending++;
      else if ((await this.put(record.publisher, record.name, envelope, signal)) === 0) pending++;
    }
    const nextRunInMs = due.length > 0 ? { nextRunInMs: WEAK_REPUBLISH_INTERVAL_MS } : {};
    return { detail: `${due.length - pending} of ${due.length} due`, ...nextRunInMs };
  }

  #isDue(id: string): boolean {
    const last = this.#lastPut.get(id);
    if (last === undefined) return true;
    const isWeak = last.peers < Math.min(MIN_REPLICAS, this.#deps.node.peers().length);
    return isRefreshDue(last.at, isWeak ? WEAK_REPUBLISH_INTERVAL_MS : REPUBLISH_INTERVAL_MS);
  }
}
