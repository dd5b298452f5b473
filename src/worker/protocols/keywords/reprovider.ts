import { CID } from 'multiformats/cid';
import { errorMessage } from '../../../shared/errors.ts';
import type { ProvidedKey } from '../../catalog/tables/provided-keys.ts';
import type { PeriodicTask, TaskReport } from '../../maintenance/scheduler.ts';
import { provide, stopProviding } from '../../node/provider-records.ts';
import { isRefreshDue } from '../refresh-policy.ts';
import type { NetworkContext } from '../context.ts';
import { packageTokens, tokenKey } from './keyword-tokens.ts';

/** Provider records live for 48 h on other nodes. */
const REPROVIDE_INTERVAL_MS = 12 * 60 * 60 * 1000;
/** Records that few peers took are repeated sooner: the routing table was small when they were made. */
const WEAK_REPROVIDE_INTERVAL_MS = 60_000;
const MIN_REPLICAS = 10;
/** Most keys of one node. Own packages come first, content roots before keywords. */
const MAX_KEYS = 4_000;
const MAX_RELEASES = 20;
const MAX_PARALLEL = 4;
const PROVIDE_TIMEOUT_MS = 20_000;
const NO_PEERS_RETRY_MS = 2_000;
/**
 * Time between a change and telling the DHT of it: who is connected knows by then, by announcement, which a walk through the
 * DHT would only hold up; and what is published in a row is told together.
 */
const PROVIDE_DEBOUNCE_MS = 2_000;
/** Longest pause while something is not told yet. */
const RETRY_INTERVAL_MS = 15_000;

/**
 * Keeps this node in the DHT as a provider of what it serves: the content root of each release (docs/protocols/README.md),
 * and the tokens of each package (docs/protocols/keywords.md). What it no longer serves is withdrawn.
 */
export class Reprovider {
  readonly #context: NetworkContext;

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  /** Something that is served came, changed or went. */
  schedule(): void {
    this.#context.scheduler.runSoon('reprovide', PROVIDE_DEBOUNCE_MS);
  }

  task(): PeriodicTask {
    return {
      name: 'reprovide',
      title: 'Announce provided content in the DHT',
      intervalMs: 10 * 60 * 1000,
      initialDelayMs: NO_PEERS_RETRY_MS,
      timeoutMs: 5 * 60 * 1000,
      quiet: true,
      run: (signal) => this.#run(signal),
    };
  }

  async #run(signal: AbortSignal): Promise<TaskReport> {
    const { catalog, node } = this.#context;
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

  /** Keys under which this node shall stand: `root:<cid>` and `keyword:<token>`. */
  #keys(): string[] {
    const { catalog, enabledProtocols } = this.#context;
    const roots: string[] = [];
    const tokens = new Set<string>();
    const localReleases = [...catalog.installs.list(), ...catalog.kept.list()];
    for (const { publisher, name, mine } of catalog.seeding.list()) {
      const record = catalog.packages.get(publisher, name)?.record;
      if (record === undefined) continue;
      if (mine) roots.push(...record.releases.slice(-MAX_RELEASES).map(({ root }) => root));
      else
        roots.push(
          ...localReleases.filter((one) => one.publisher === publisher && one.name === name).map(({ root }) => root),
        );
      for (const token of packageTokens(name, record.metadata)) tokens.add(token);
      if (roots.length + tokens.size > MAX_KEYS) break;
    }
    const keywords = enabledProtocols.has('keywords') ? [...tokens].map((token) => `keyword:${token}`) : [];
    return [...new Set(roots.map((root) => `root:${root}`)), ...keywords];
  }

  #isDue(last: ProvidedKey | undefined): boolean {
    if (last === undefined) return true;
    return isRefreshDue(last.at, this.#isWeak(last) ? WEAK_REPROVIDE_INTERVAL_MS : REPROVIDE_INTERVAL_MS);
  }

  /** Taken by few, and there are more by now who could take it. */
  #isWeak({ peers }: ProvidedKey): boolean {
    return peers < Math.min(MIN_REPLICAS, this.#context.node.peers().length);
  }

  #anyWeak(wanted: ReadonlySet<string>): boolean {
    return [...this.#context.catalog.provided.all()].some(([key, last]) => wanted.has(key) && this.#isWeak(last));
  }

  /** Returns how many could not be told. */
  async #provideAll(keys: readonly string[], signal: AbortSignal): Promise<number> {
    const queue = [...keys];
    let pending = 0;
    const work = async (): Promise<void> => {
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
        if (signal.aborted) pending++;
        else if (!(await this.#provide(key, signal))) pending++;
      }
    };
    await Promise.all(Array.from({ length: MAX_PARALLEL }, work));
    return pending;
  }

  async #provide(key: string, signal: AbortSignal): Promise<boolean> {
    const { node, catalog, log } = this.#context;
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
