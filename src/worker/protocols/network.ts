import type { PeriodicTask, Scheduler } from '../maintenance/scheduler.ts';
import { Announce } from './announce/index.ts';
import type { AnnounceDeps } from './announce/index.ts';
import { Blocks } from './blocks/index.ts';
import type { BlocksDeps } from './blocks/index.ts';
import { CarServer } from './car/server.ts';
import type { CarServerDeps } from './car/server.ts';
import { Heads } from './heads/index.ts';
import type { HeadDeps } from './heads/index.ts';
import { Keywords } from './keywords/index.ts';
import type { KeywordDeps } from './keywords/index.ts';
import { searchKeywordProviders } from './keywords/keyword-search.ts';
import type { KeywordSearchDeps } from './keywords/keyword-search.ts';
import { Reprovider } from './keywords/reprovider.ts';
import type { ReproviderDeps } from './keywords/reprovider.ts';
import { Search } from './search/index.ts';
import type { SearchDeps } from './search/index.ts';
import type { FanOutOptions, FanOutResult } from './search/client.ts';
import type { WireQuery } from './search/wire.ts';
import { Sync } from './sync/index.ts';
import type { SyncDeps } from './sync/index.ts';

/** What all protocols together need of the engine. Each declares its own part. */
export type NetworkDeps = AnnounceDeps &
  SyncDeps &
  HeadDeps &
  KeywordDeps &
  Omit<KeywordSearchDeps, 'keywords' | 'search'> &
  ReproviderDeps &
  SearchDeps &
  BlocksDeps &
  CarServerDeps & { readonly scheduler: Pick<Scheduler, 'add' | 'runSoon'> };

/** The protocols by which records and blocks travel while a node runs. Each works without the others. */
export class Network {
  readonly announce: Announce;
  readonly sync: Sync;
  readonly heads: Heads;
  readonly keywords: Keywords;
  readonly search: Search;
  readonly blocks: Blocks;
  /** Keeps this node in the DHT as a provider of what it serves. */
  readonly reprovider: Reprovider;
  readonly #deps: NetworkDeps;
  readonly #stopTasks: (() => Promise<void>)[] = [];

  constructor(deps: NetworkDeps) {
    this.#deps = deps;
    this.announce = new Announce(deps);
    this.sync = new Sync(deps);
    this.heads = new Heads(deps);
    this.keywords = new Keywords(deps);
    this.search = new Search(deps);
    this.blocks = new Blocks(deps);
    this.reprovider = new Reprovider(deps);
  }

  async start(): Promise<void> {
    const { enabledProtocols } = this.#deps;
    if (enabledProtocols.has('announce')) this.announce.start();
    // Peers found by keywords are asked by the search protocol.
    if (enabledProtocols.has('search') || enabledProtocols.has('keywords')) await this.search.start();
    if (enabledProtocols.has('sync')) {
      await this.sync.start();
      this.#addTask(this.sync.task());
    }
    if (enabledProtocols.has('head')) this.#addTask(this.heads.task());
    await new CarServer(this.#deps).start();
    this.#addTask(this.reprovider.task());
  }

  /**
   * Asks the peers that the DHT names as providers of the query's words, for when the connected peers found too little. Records go
   * through the sink, as with `search.fanOut`.
   */
  searchByKeywords(query: WireQuery, options: Omit<FanOutOptions, 'peers'>): Promise<FanOutResult> {
    const { keywords, search } = this;
    return searchKeywordProviders({ ...this.#deps, keywords, search }, query, options);
  }

  /** Resolves when everything has ended. The `stopped` signal has fired before, which ends sessions and tasks. */
  async stop(): Promise<void> {
    await Promise.all([this.sync.stop(), ...this.#stopTasks.map((stopTask) => stopTask())]);
  }

  #addTask(task: PeriodicTask): void {
    this.#stopTasks.push(this.#deps.scheduler.add(task));
  }
}
