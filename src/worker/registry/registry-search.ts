import { LIMITS } from '../../shared/defaults.ts';
import type { SearchPeer, SearchQuery, SearchResults } from '../../shared/model.ts';
import { withTimeout } from '../../shared/async.ts';
import type { LocalQuery } from '../catalog/search/filters.ts';
import { score } from '../reputation/score.ts';
import type { RegistryContext } from './context.ts';
import { checkQuery } from './check-query.ts';
import type { CheckedQuery } from './check-query.ts';
import { SharedCalls } from './shared-calls.ts';

/** Several records that arrive within this time make one update of the list. */
const UPDATE_INTERVAL_MS = 30;
/** Fewer packages than this, known or found at the first peers, are too few to leave it at that. */
const MIN_NEARBY_RESULTS = 3;
/** So long the peers nearby are waited for before it is judged whether they found too little. In milliseconds. */
const NEARBY_TIMEOUT_MS = 1_000;
/** Peers that a lowest reputation is asked about, last seen first. */
const MAX_RATED_PEERS = 2_000;

/** Searches, equal ones asked once. */
export class RegistrySearch {
  readonly #context: RegistryContext;
  readonly #shared = new SharedCalls<SearchResults, SearchResults>();

  constructor(context: RegistryContext) {
    this.#context = context;
  }

  /**
   * Search here and on the network. What is known here is reported at once; then every peer's records, verified and
   * stored as they come, are ranked together with it. Ends when the peers asked have answered, with the node's time-out
   * at the latest; a time-out is no error.
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
      (sharedSignal, report) => runSearch(this.#context, query, sharedSignal, report),
      { signal, onProgress },
    );
  }
}

async function runSearch(
  context: RegistryContext,
  query: CheckedQuery,
  signal: AbortSignal,
  onProgress: (results: SearchResults) => void,
): Promise<SearchResults> {
  const currentResults = createResultBuilder(context, query);
  const network = query.scope === 'local' ? undefined : context.network();
  if (network === undefined) return currentResults([]);
  onProgress(currentResults([]));
  const peers = new Map<string, SearchPeer>();
  const updates = coalesce(() => {
    onProgress(currentResults([...peers.values()]));
  });
  const { fanOut, timeout } = context.settings();
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
    // A peer that is silent does not keep the others from being found.
    await withTimeout(NEARBY_TIMEOUT_MS, nearby);
    signal.throwIfAborted();
    const remainingMs = deadline - performance.now();
    // Too little nearby: ask those whom the DHT's keywords name.
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

/** Builds the answer as it stands each time: one list out of the catalog, in which everything verified is by then. */
function createResultBuilder(
  context: RegistryContext,
  query: CheckedQuery,
): (peers: readonly SearchPeer[]) => SearchResults {
  const started = performance.now();
  const local = new Set<string>();
  let first = true;
  return (peers) => {
    const { packages, facets } = context.catalog.packages.searchWithFacets(localQuery(context, query));
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

function localQuery(context: RegistryContext, { minReputation, ...query }: CheckedQuery): LocalQuery {
  if (minReputation === undefined || minReputation === 0) return query;
  const now = Date.now();
  const here = context.settings().location;
  const providedBy = context.catalog.peers
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
          // Of a timer nobody would catch it. The answer in the end meets it again, or is right.
        }
      }, UPDATE_INTERVAL_MS);
    },
    cancel: () => {
      clearTimeout(timer);
    },
  };
}
