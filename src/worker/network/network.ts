import { Announce } from './announce.ts';
import { Blocks } from './blocks.ts';
import type { NetworkContext, Path } from './context.ts';
import { Heads } from './heads.ts';
import { Search } from './search.ts';
import { Sync } from './sync.ts';

/** The paths on which records and blocks travel while a node runs. Each works without the others. */
export class Network {
  readonly announce: Announce;
  readonly sync: Sync;
  readonly heads: Heads;
  readonly search: Search;
  readonly blocks: Blocks;
  readonly #paths: ReadonlySet<Path>;

  constructor(context: NetworkContext) {
    this.#paths = context.paths;
    this.announce = new Announce(context);
    this.sync = new Sync(context);
    this.heads = new Heads(context);
    this.search = new Search(context);
    this.blocks = new Blocks(context);
  }

  async start(): Promise<void> {
    if (this.#paths.has('announce')) this.announce.start();
    if (this.#paths.has('search')) await this.search.start();
    if (this.#paths.has('sync')) await this.sync.start();
    if (this.#paths.has('head')) this.heads.start();
  }

  /** The context's `stopped` signal has fired before: everything under way is ending already. */
  async stop(): Promise<void> {
    await Promise.all([this.sync.stop(), this.heads.stop()]);
  }
}
