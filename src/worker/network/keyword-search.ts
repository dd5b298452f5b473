import type { PeerId } from '@libp2p/interface';
import type { SearchPeer } from '../../shared/model.ts';
import type { WireQuery } from './search-wire.ts';
import type { NetworkContext } from './context.ts';
import { tokensOf } from './keyword-tokens.ts';
import type { Keywords } from './keywords.ts';
import type { FanOutOptions, FanOutResult, Search } from './search.ts';

/** Most peers that one search follows the keywords to. */
const MAX_HOLDERS = 10;
const PARALLEL = 5;

/** Find peers by the words of a query, and ask them as a search asks. */
export async function askHolders(
  { conduct, stopped }: NetworkContext,
  keywords: Keywords,
  search: Search,
  query: WireQuery,
  options: Omit<FanOutOptions, 'peers'>,
): Promise<FanOutResult> {
  const tokens = [query.text, ...(query.tags ?? []), ...(query.categories ?? [])].flatMap(tokensOf);
  if (tokens.length === 0) return { asked: 0, answered: 0, peers: [] };
  const ended = AbortSignal.any([options.signal, stopped, AbortSignal.timeout(options.timeout)]);
  const running = new Set<Promise<void>>();
  const states: SearchPeer[] = [];
  let asked = 0;
  const ask = async (peer: PeerId): Promise<void> => {
    const result = await search.fanOut(query, { ...options, peers: [peer] });
    states.push(...result.peers);
  };
  for await (const peer of keywords.find(tokens, ended)) {
    if (ended.aborted || asked >= MAX_HOLDERS) break;
    const { standing } = conduct.standing(peer.toString());
    if (standing === 'banned' || standing === 'ignored') continue;
    asked++;
    const work: Promise<void> = ask(peer)
      .catch(() => undefined)
      .finally(() => running.delete(work));
    running.add(work);
    if (running.size >= PARALLEL) await Promise.race(running);
  }
  await Promise.all(running);
  return { asked, answered: states.filter(({ state }) => state === 'answered').length, peers: states };
}
