import { GgenError } from '../../shared/errors.ts';
import { LIMITS } from '../../shared/defaults.ts';
import type { SearchQuery, SearchResults } from '../../shared/model.ts';
import type { RegistryContext } from './context.ts';

/** Several records that arrive within this time make one update of the list. */
const UPDATE_EVERY_MS = 30;
const DEFAULT_LIMIT = 20;
/** Fewer packages than this, known or found at the first peers, are too few to leave it at that. */
const THIN = 3;

/**
 * Search here and on the network. What is known here is reported at once; then every peer's records, verified and
 * stored as they come, are ranked together with it.
 *
 * @throws GgenError InvalidRequest
 */
export async function search(
  context: RegistryContext,
  request: SearchQuery,
  signal: AbortSignal,
  onProgress: (results: SearchResults) => void,
): Promise<SearchResults> {
  const query = checkQuery(request);
  const started = performance.now();
  const { packages } = context.catalogue;
  const local = packages.search(query);
  const localIds = new Set(local.map(({ id }) => id));
  const answer = (found: typeof local, asked: number, answered: number): SearchResults => ({
    packages: found,
    localCount: found.filter(({ id }) => localIds.has(id)).length,
    remoteCount: found.filter(({ id }) => !localIds.has(id)).length,
    peersAsked: asked,
    peersAnswered: answered,
    elapsed: performance.now() - started,
  });
  const network = query.scope === 'local' ? undefined : context.network();
  if (network === undefined) return answer(local, 0, 0);
  onProgress(answer(local, 0, 0));
  const updates = coalesce(() => {
    onProgress(answer(packages.search(query), 0, 0));
  });
  const { fanOut, timeout } = context.settings();
  const bound = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  try {
    const { asked, answered } = await network.search.fanOut(query, {
      fanOut,
      signal: bound,
      onRecord: updates.request,
    });
    signal.throwIfAborted();
    const near = packages.search(query);
    if (near.length >= THIN) return answer(near, asked, answered);
    // Too little nearby: ask those whom the DHT's keywords name.
    const far = await network.searchByKeywords(query, { fanOut, signal: bound, onRecord: updates.request });
    signal.throwIfAborted();
    return answer(packages.search(query), asked + far.asked, answered + far.answered);
  } finally {
    updates.cancel();
  }
}

function checkQuery(query: SearchQuery): SearchQuery & { readonly limit: number } {
  const { text, limit = DEFAULT_LIMIT, offset = 0 } = query;
  if (text.length > LIMITS.searchTextLength) {
    throw new GgenError('InvalidRequest', `The search text is longer than ${LIMITS.searchTextLength} characters.`);
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMITS.searchLimit) {
    throw new GgenError('InvalidRequest', `The limit of a search is a whole number from 1 to ${LIMITS.searchLimit}.`);
  }
  if (!Number.isInteger(offset) || offset < 0) {
    throw new GgenError('InvalidRequest', 'The offset of a search is a whole number from 0.');
  }
  return { ...query, limit, offset };
}

function coalesce(update: () => void): { request: () => void; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    request: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        update();
      }, UPDATE_EVERY_MS);
    },
    cancel: () => {
      clearTimeout(timer);
    },
  };
}
