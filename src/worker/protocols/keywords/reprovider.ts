import type { PeerId } from '@libp2p/interface';
import { CID } from 'multiformats/cid';
import { errorMessage } from '../../../shared/errors.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ProvidedKey } from '../../catalog/tables/provided-keys.ts';
import type { Logger } from '../../logging/logger.ts';
import type { PeriodicTask, Scheduler, TaskReport } from '../../maintenance/scheduler.ts';
import { provide, stopProviding } from '../../node/provider-records.ts';
import type { ProviderNode } from '../../node/provider-records.ts';
import type { RecordProtocol } from '../shared/record-protocols.ts';
import { isRefreshDue } from '../shared/refresh-policy.ts';
import {
  CHECK_INTERVAL_MS,
  MAX_PARALLEL_PROVIDES,
  MAX_PROVIDED_KEYS,
  MAX_PROVIDED_RELEASES,
  MIN_REPLICAS,
  NO_PEERS_RETRY_MS,
  PROVIDE_DEBOUNCE_MS,
  PROVIDE_TIMEOUT_MS,
  REPROVIDE_INTERVAL_MS,
  RETRY_INTERVAL_MS,
  ROUND_TIMEOUT_MS,
  WEAK_REPROVIDE_INTERVAL_MS,
} from './limits.ts';
import { packageTokens, tokenKey } from './tokens.ts';

export interface ReproviderDeps {
  readonly node: ProviderNode & { peers(): PeerId[] };
  readonly catalog: {
    readonly packages: Pick<Catalog['packages'], 'get'>;
    readonly provided: Pick<Catalog['provided'], 'all' | 'save' | 'remove'>;
    readonly seeding: Pick<Catalog['seeding'], 'list'>;
    readonly installs: Pick<Catalog['installs'], 'list'>;
    readonly kept: Pick<Catalog['kept'], 'list'>;
  };
  readonly scheduler: Pick<Scheduler, 'runSoon'>;
  readonly enabledProtocols: ReadonlySet<RecordProtocol>;
  readonly log: Pick<Logger, 'debug'>;
}

/**
 * Keeps this node in the DHT as a provider of what it serves: the content root of each release (docs/protocols/README.md), and
 * the tokens of each package (docs/protocols/keywords.md). Records of what it no longer serves are withdrawn.
 */
export class Reprovider {
  readonly #deps: ReproviderDeps;

  constructor(deps: ReproviderDeps) {
    this.#deps = deps;
  }

  /** Updates the provider records soon, because what this node serves has changed. */
  schedule(): void {
    this.#deps.scheduler.runSoon('reprovide', PROVIDE_DEBOUNCE_MS);
  }

  task(): PeriodicTask {
    return {
      name: 'reprovide',
      title: 'Announce provided content in the DHT',
      intervalMs: CHECK_INTERVAL_MS,
      initialDelayMs: NO_PEERS_RETRY_MS,
      timeoutMs: ROUND_TIMEOUT_MS,
      quiet: true,
      run: (signal) => this.#run(signal),
    };
  }

  async #run(signal: AbortSignal): Promise<TaskReport> {
    const { catalog, node } = this.#deps;
    const wanted = new Set(this.#keys());
    const known = catalog.provided.all();
    let withdrawn = 0;
    for (const key of known.keys()) {
      if (wanted.has(key)) continue;
      await stopProviding(node, await keyCid(key), signal);
      catalog.provided.remove(key);
      withdrawn++;
    }
    const due = [...wanted].filter((key) => this.#isDue(known.get(key)));
    if (due.length > 0 && node.peers().length === 0)
      return { detail: 'no peers connected', nextRunInMs: NO_PEERS_RETRY_MS };
    const pending = await this.#provideAll(due, signal);
    const detail = `${wanted.size - pending} of ${wanted.size} announced, ${withdrawn} withdrawn`;
    const nextRunInMs =
      pending > 0 ? RETRY_INTERVAL_MS : this.#anyWeak(wanted) ? WEAK_REPROVIDE_INTERVAL_MS : undefined;
    return { detail, ...(nextRunInMs === undefined ? {} : { nextRunInMs }) };
  }

  /** Keys that this node provides: `root:<cid>` and `keyword:<token>`. */
  #keys(): string[] {
    const { catalog, enabledProtocols } = this.#deps;
    const roots: string[] = [];
    const tokens = new Set<string>();
    const localReleases = [...catalog.installs.list(), ...catalog.kept.list()];
    for (const { publisher, name, mine } of catalog.seeding.list()) {
      const record = catalog.packages.get(publisher, name)?.record;
      if (record === undefined) continue;
      if (mine) roots.push(...record.releases.slice(-MAX_PROVIDED_RELEASES).map(({ root }) => root));
      else
        roots.push(
          ...localReleases.filter((one) => one.publisher === publisher && one.name === name).map(({ root }) => root),
        );
      for (const token of packageTokens(name, record.metadata)) tokens.add(token);
      if (roots.length + tokens.size > MAX_PROVIDED_KEYS) break;
    }
    const keywords = enabledProtocols.has('keywords') ? [...tokens].map((token) => `keyword:${token}`) : [];
    return [...new Set(roots.map((root) => `root:${root}`)), ...keywords];
  }

  #isDue(last: ProvidedKey | undefined): boolean {
    if (last === undefined) return true;
    return isRefreshDue(last.at, this.#isWeak(last) ? WEAK_REPROVIDE_INTERVAL_MS : REPROVIDE_INTERVAL_MS);
  }

  /** Few peers stored the record, and more are connected now. */
  #isWeak({ peers }: ProvidedKey): boolean {
    return peers < Math.min(MIN_REPLICAS, this.#deps.node.peers().length);
  }

  #anyWeak(wanted: ReadonlySet<string>): boolean {
    return [...this.#deps.catalog.provided.all()].some(([key, last]) => wanted.has(key) && this.#isWeak(last));
  }

  /** Returns how many keys no peer stored. */
  async #provideAll(keys: readonly string[], signal: AbortSignal): Promise<number> {
    const queue = [...keys];
    let pending = 0;
    const work = async (): Promise<void> => {
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
        if (signal.aborted) pending++;
        else if (!(await this.#provide(key, signal))) pending++;
      }
    };
    await Promise.all(Array.from({ length: MAX_PARALLEL_PROVIDES }, work));
    return pending;
  }

  async #provide(key: string, signal: AbortSignal): Promise<boolean> {
    const { node, catalog, log } = this.#deps;
    try {
      const timeoutSignal = AbortSignal.any([signal, AbortSignal.timeout(PROVIDE_TIMEOUT_MS)]);
      const peers = await provide(node, await keyCid(key), timeoutSignal);
      if (peers === 0) return false;
      catalog.provided.save(key, { at: Date.now(), peers });
      return true;
    } catch (error) {
      log.debug(`Announcing ${key} in the DHT: ${errorMessage(error)}`);
      return false;
    }
  }
}

async function keyCid(key: string): Promise<CID> {
  const separator = key.indexOf(':');
  const value = key.slice(separator + 1);
  return key.startsWith('keyword:') ? tokenKey(value) : CID.parse(value);
}
