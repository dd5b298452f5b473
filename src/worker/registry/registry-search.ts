import { LIMITS } from '../../shared/limits.ts';
import type { NodeSettings, SearchPeer, SearchQuery, SearchResults } from '../../shared/model.ts';
import { withTimeout } from '../../shared/async.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { LocalQuery } from '../catalog/search/filters.ts';
import type { Network } from '../protocols/network.ts';
import { score } from '../reputation/score.ts';
import { checkQuery } from './check-query.ts';
import type { CheckedQuery } from './check-query.ts';
import { SharedCalls } from './shared-calls.ts';

/** Answers that arrive within this time make one progress report. */
const UPDATE_INTERVAL_MS = 30;
/** With fewer packages than this from the catalog and the first peers, peers that the DHT's keywords name are asked too. */
const MIN_NEARBY_RESULTS = 3;
/** How long the first peers may take before their results are counted. */
const NEARBY_TIMEOUT_MS = 1_000;
/** Peers whose reputation is compared with a search's lowest one, last seen first. */
const MAX_RATED_PEERS = 2_000;

export interface RegistrySearchDeps {
  readonly catalog: {
    readonly packages: Pick<Catalog['packages'], 'searchWithFacets'>;
    readonly peers: Pick<Catalog['peers'], 'list'>;
  };
  readonly settings: () => Pick<NodeSettings, 'fanOut' | 'timeout' | 'location'>;
  /** Undefined while no node runs. */
  readonly network: () =>
    (Pick<Network, 'searchByKeywords'> & { readonly search: Pick<Network['search'], 'fanOut'> }) | undefined;
}

/** Searches the catalog and the network. Equal searches at the same time share one. */
export class RegistrySearch {
  readonly #deps: RegistrySearchDeps;
  readonly #shared = new SharedCalls<SearchResults, SearchResults>();

  constructor(deps: RegistrySearchDeps) {
    this.#deps = deps;
  }

  /**
   * Search here and on the network. Results from the catalog are reported at once. Records from peers are verified and
   * stored as they arrive, and ranked together with the others. The search ends when the peers have answered, or at the
   * node's search timeout, which is no error.
   *
   * @throws GgenError InvalidRequest
   */
  async search(
    request: SearchQuery,
    signal: AbortSignal,
    onProgress: (results: SearchResults) => void,
  ): Promise<SearchResults> {
    const query = checkQuery(request);
    return this.#shared.run(
      JSON.stringify(query, Object.keys(query).sort()),
      (sharedSignal, report) => runSearch(this.#deps, query, sharedSignal, report),
      { signal, onProgress },
    );
  }
}

async function runSearch(
  deps: RegistrySearchDeps,
  query: CheckedQuery,
  signal: AbortSignal,
  onProgress: (results: SearchResults) => void,
): Promise<SearchResults> {
  const currentResults = createResultBuilder(deps, query);
  const network = query.scope === 'local' ? undefined : deps.network();
  if (network === undefined) return currentResults([]);
  onProgress(currentResults([]));
  const peers = new Map<string, SearchPeer>();
  const updates = coalesce(() => {
    onProgress(currentResults([...peers.values()]));
  });
  const { fanOut, timeout } = deps.settings();
  const deadline = performance.now() + timeout;
  try {
    const networkQuery = { ...query, limit: Math.min(query.limit + query.offset, LIMITS.searchLimit) };
    const options = {
      fanOut,
      signal,
      timeoutMs: timeout,
      onUpdate: (states: readonly SearchPeer[]) => {
        for (const state of states) peers.set(state.id, state);
        updates.request();
      },
    };
    const nearby = network.search.fanOut(networkQuery, options);
    // A silent peer must not delay the keyword search until the timeout.
    await withTimeout(NEARBY_TIMEOUT_MS, nearby);
    signal.throwIfAborted();
    const remainingMs = deadline - performance.now();
    const hasFewResults = currentResults([...peers.values()]).packages.length < MIN_NEARBY_RESULTS;
    if (hasFewResults && remainingMs > 0)
      await network.searchByKeywords(networkQuery, { ...options, timeoutMs: Math.ceil(remainingMs) });
    await nearby;
    signal.throwIfAborted();
    return currentResults([...peers.values()]);
  } finally {
    updates.cancel();
  }
}

/** Builds the results so far, each time from the catalog: every verified record is in it by then. */
function createResultBuilder(
  deps: RegistrySearchDeps,
  query: CheckedQuery,
): (peers: readonly SearchPeer[]) => SearchResults {
  const started = performance.now();
  const local = new Set<string>();
  let first = true;
  return (peers) => {
    const { packages, facets } = deps.catalog.packages.searchWithFacets(localQuery(deps, query));
    if (first) for (const { id } of packages) local.add(id);
    first = false;
    const localCount = packages.filter(({ id }) => local.has(id)).length;
    return {
      packages,
      localCount,
      remoteCount: packages.length - localCount,
      peersAsked: peers.length,
      peersAnswered: peers.filter(({ state }) => state === 'answered').length,
      peers,
      facets,
      elapsed: performance.now() - started,
    };
  };
}

function localQuery(deps: RegistrySearchDeps, { minReputation, ...query }: CheckedQuery): LocalQuery {
  if (minReputation === undefined || minReputation === 0) return query;
  const now = Date.now();
  const here = deps.settings().location;
  const providedBy = deps.catalog.peers
    .list(MAX_RATED_PEERS)
    .filter(({ stats }) => score(stats, now, here) >= minReputation)
    .map(({ id }) => id);
  return { ...query, providedBy };
}

function coalesce(update: () => void): { request: () => void; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    request: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        try {
          update();
        } catch {
          // It would be uncaught in a timer. Building the final results meets the same error, or succeeds.
        }
      }, UPDATE_INTERVAL_MS);
    },
    cancel: () => {
      clearTimeout(timer);
    },
  };
}
