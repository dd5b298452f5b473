import type { PeriodicTask } from '../maintenance/scheduler.ts';
import { Announce } from './announce/announce.ts';
import { Blocks } from './bitswap/blocks.ts';
import { CarServer } from './car/server.ts';
import type { NetworkContext } from './context.ts';
import { Heads } from './heads/heads.ts';
import { searchKeywordProviders } from './keywords/keyword-search.ts';
import { Keywords } from './keywords/keywords.ts';
import { Reprovider } from './keywords/reprovider.ts';
import { Search } from './search/search.ts';
import type { FanOutOptions, FanOutResult } from './search/search.ts';
import type { WireQuery } from './search/search-wire.ts';
import { Sync } from './sync/sync.ts';

/** The paths on which records and blocks travel while a node runs. Each works without the others. */
export class Network {
  readonly announce: Announce;
  readonly sync: Sync;
  readonly heads: Heads;
  readonly keywords: Keywords;
  readonly search: Search;
  readonly blocks: Blocks;
  /** Keeps this node in the DHT as a provider of what it serves. */
  readonly reprovider: Reprovider;
  readonly #context: NetworkContext;
  readonly #stopTasks: (() => Promise<void>)[] = [];

  constructor(context: NetworkContext) {
    this.#context = context;
    this.announce = new Announce(context);
    this.sync = new Sync(context);
    this.heads = new Heads(context);
    this.keywords = new Keywords(context);
    this.search = new Search(context);
    this.blocks = new Blocks(context);
    this.reprovider = new Reprovider(context);
  }

  async start(): Promise<void> {
    const { enabledProtocols } = this.#context;
    if (enabledProtocols.has('announce')) this.announce.start();
    // Whom the keywords lead to is asked by the search protocol.
    if (enabledProtocols.has('search') || enabledProtocols.has('keywords')) await this.search.start();
    if (enabledProtocols.has('sync')) {
      await this.sync.start();
      this.#addTask(this.sync.task());
    }
    if (enabledProtocols.has('head')) this.#addTask(this.heads.task());
    await new CarServer(this.#context).start();
    this.#addTask(this.reprovider.task());
  }

  /**
   * Ask peers whom the DHT's keywords name for the words of a search, beside those that were asked already: for when too
   * little was found nearer by. Records go through the sink, as with `search.fanOut`.
   */
  async searchByKeywords(query: WireQuery, options: Omit<FanOutOptions, 'peers'>): Promise<FanOutResult> {
    return searchKeywordProviders(this.#context, this.keywords, this.search, query, options);
  }

  /** The context's `stopped` signal has fired before: everything under way is ending already. */
  async stop(): Promise<void> {
    await Promise.all([this.sync.stop(), ...this.#stopTasks.map((stopTask) => stopTask())]);
  }

  #addTask(task: PeriodicTask): void {
    this.#stopTasks.push(this.#context.scheduler.add(task));
  }
}
