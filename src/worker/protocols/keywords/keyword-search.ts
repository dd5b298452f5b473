import type { PeerId } from '@libp2p/interface';
import type { SearchPeer } from '../../../shared/model.ts';
import type { PeerReputation } from '../../reputation/peer-reputation.ts';
import type { Tracing } from '../../telemetry/telemetry.ts';
import type { FanOutOptions, FanOutResult } from '../search/client.ts';
import type { Search } from '../search/index.ts';
import type { WireQuery } from '../search/wire.ts';
import type { Keywords } from './index.ts';
import { MAX_ANSWERS, MAX_PARALLEL_SEARCHES, PEER_TIMEOUT_MS } from './limits.ts';
import { tokensOf } from './tokens.ts';

export interface KeywordSearchDeps {
  readonly keywords: Pick<Keywords, 'find'>;
  readonly search: Pick<Search, 'fanOut'>;
  readonly peerReputation: Pick<PeerReputation, 'standing'>;
  readonly telemetry: Pick<Tracing, 'span'>;
  readonly stopped: AbortSignal;
}

/** Finds peers by the words of a query, and asks each of them as a search does. */
export function searchKeywordProviders(
  deps: KeywordSearchDeps,
  query: WireQuery,
  options: Omit<FanOutOptions, 'peers'>,
): Promise<FanOutResult> {
  return deps.telemetry.span('search_by_keywords', {}, async (span) => {
    const result = await askAll(deps, query, options);
    span.set({ peers_asked: result.asked, peers_answered: result.answered });
    return result;
  });
}

async function askAll(
  { keywords, search, peerReputation, stopped }: KeywordSearchDeps,
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
    if (running.size >= MAX_PARALLEL_SEARCHES) await Promise.race(running);
  }
  await Promise.all(running);
  return { asked, answered: answered(), peers: states };
}
