import type { PeerId } from '@libp2p/interface';
import type { SearchPeer } from '../../../shared/model.ts';
import type { WireQuery } from '../search/search-wire.ts';
import type { NetworkContext } from '../context.ts';
import { tokensOf } from './keyword-tokens.ts';
import type { Keywords } from './keywords.ts';
import type { FanOutOptions, FanOutResult, Search } from '../search/search.ts';

/** Answers that are enough. Names that lead to nobody are passed over: a liar could name any number of those. */
const MAX_ANSWERS = 10;
const MAX_PARALLEL = 10;
/** Longest that one of them may take, dialing included. */
const PEER_TIMEOUT_MS = 5_000;

/** Find peers by the words of a query, and ask them as a search asks. */
export function searchKeywordProviders(
  context: NetworkContext,
  keywords: Keywords,
  search: Search,
  query: WireQuery,
  options: Omit<FanOutOptions, 'peers'>,
): Promise<FanOutResult> {
  return context.telemetry.span('search_by_keywords', {}, async (span) => {
    const result = await askAll(context, keywords, search, query, options);
    span.set({ peers_asked: result.asked, peers_answered: result.answered });
    return result;
  });
}

async function askAll(
  { peerReputation, stopped }: NetworkContext,
  keywords: Keywords,
  search: Search,
  query: WireQuery,
  options: Omit<FanOutOptions, 'peers'>,
): Promise<FanOutResult> {
  const tokens = [query.text, ...(query.tags ?? []), ...(query.categories ?? [])].flatMap(tokensOf);
  if (tokens.length === 0) return { asked: 0, answered: 0, peers: [] };
  const ended = AbortSignal.any([options.signal, stopped, AbortSignal.timeout(options.timeoutMs)]);
  const running = new Set<Promise<void>>();
  const states: SearchPeer[] = [];
  const answered = (): number => states.filter(({ state }) => state === 'answered').length;
  let asked = 0;
  const ask = async (peer: PeerId): Promise<void> => {
    const timeoutMs = Math.min(options.timeoutMs, PEER_TIMEOUT_MS);
    const result = await search.fanOut(query, { ...options, timeoutMs, peers: [peer] });
    states.push(...result.peers);
  };
  for await (const peer of keywords.find(tokens, ended)) {
    if (ended.aborted || answered() >= MAX_ANSWERS) break;
    const { standing } = peerReputation.standing(peer.toString());
    if (standing === 'banned' || standing === 'ignored') continue;
    asked++;
    const work: Promise<void> = ask(peer)
      .catch(() => undefined)
      .finally(() => running.delete(work));
    running.add(work);
    if (running.size >= MAX_PARALLEL) await Promise.race(running);
  }
  await Promise.all(running);
  return { asked, answered: answered(), peers: states };
}
