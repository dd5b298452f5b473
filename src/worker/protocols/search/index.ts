import { SEARCH_PROTOCOL } from '../../node/protocols.ts';
import type { StreamRegistrar } from '../shared/libp2p-parts.ts';
import type { RecordProtocol } from '../shared/record-protocols.ts';
import { SearchClient } from './client.ts';
import type { FanOutOptions, FanOutResult, SearchClientDeps } from './client.ts';
import { MAX_INBOUND_STREAMS } from './limits.ts';
import { SearchServer } from './server.ts';
import type { SearchServerDeps } from './server.ts';
import type { WireQuery } from './wire.ts';

export interface SearchDeps extends Omit<SearchClientDeps, 'catalog'>, Omit<SearchServerDeps, 'catalog'> {
  readonly node: SearchClientDeps['node'] & { readonly libp2p: StreamRegistrar };
  readonly catalog: SearchClientDeps['catalog'] & SearchServerDeps['catalog'];
  readonly enabledProtocols: ReadonlySet<RecordProtocol>;
}

/** Search `/ggen/search/1.0.0` (docs/protocols/search.md): ask peers for the records that they know and that match a query. */
export class Search {
  readonly #deps: SearchDeps;
  readonly #client: SearchClient;
  readonly #server: SearchServer;

  constructor(deps: SearchDeps) {
    this.#deps = deps;
    this.#client = new SearchClient(deps);
    this.#server = new SearchServer(deps);
  }

  async start(): Promise<void> {
    await this.#deps.node.libp2p.handle(
      SEARCH_PROTOCOL,
      (stream, connection) => this.#server.serve(stream, connection),
      { maxInboundStreams: MAX_INBOUND_STREAMS },
    );
  }

  /** See `SearchClient.fanOut`. Peers that the caller names are asked even when this node does not search otherwise. */
  async fanOut(query: WireQuery, options: FanOutOptions): Promise<FanOutResult> {
    if (!this.#deps.enabledProtocols.has('search') && options.peers === undefined)
      return { asked: 0, answered: 0, peers: [] };
    return this.#client.fanOut(query, options);
  }
}
