import type { PeerId, PeerInfo } from '@libp2p/interface';
import type { CID } from 'multiformats/cid';
import { errorMessage } from '../../../shared/errors.ts';
import { askProviders, closestPeers, localProviders } from '../../node/provider-records.ts';
import type { NetworkContext } from '../context.ts';
import { notFoundOutcome } from '../../telemetry/span.ts';
import { tokenKey } from './keyword-tokens.ts';

/** Tokens that are looked up for one question: the longest, which are in the fewest packages. */
const MAX_TOKENS = 3;
/** Peers asked per token: a liar among them is outvoted. */
const MAX_ASKED_PEERS = 12;
const MAX_PARALLEL = 6;
const ANSWER_TIMEOUT_MS = 3_000;
const WALK_TIMEOUT_MS = 8_000;
/** After the first answer that names somebody, the others have so long to add their voices. */
const GRACE_PERIOD_MS = 750;
/** Providers taken from one answer: a flood of names is cut, the names of others are not. */
const MAX_PROVIDERS_PER_ANSWER = 20;
const MAX_PROVIDERS = 60;

/** Voices for one provider: how many tokens it was named for, by how many peers. */
interface Tally {
  readonly peer: PeerInfo;
  readonly tokens: Set<string>;
  votes: number;
  /** Its best place in any answer: a crowd that one liar names stands behind the first names of all others. */
  rank: number;
}

/**
 * Keywords (docs/protocols/keywords.md): peers that say in the DHT that they serve a package with a token. What makes that
 * a search reaches peers whom nobody who is connected knows.
 */
export class Keywords {
  readonly #context: NetworkContext;

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  /**
   * Peers that stand under these tokens, those that are named for the most tokens and by the most peers first. Each is a
   * claim: what it is worth shows when the peer is asked. Ends when `signal` fires, without an error.
   */
  async *find(tokens: readonly string[], signal: AbortSignal): AsyncGenerator<PeerId> {
    if (!this.#context.enabledProtocols.has('keywords')) return;
    const chosen = [...tokens].sort((a, b) => b.length - a.length).slice(0, MAX_TOKENS);
    const tallies = new Map<string, Tally>();
    const round = new LookupRound(AbortSignal.any([signal, this.#context.stopped]));
    const work = Promise.all(chosen.map((token) => this.#lookUp(token, tallies, round)));
    await Promise.race([work, round.ready]);
    yield* this.#ranked(tallies, new Set());
    if (round.signal.aborted) return;
    const yielded = new Set(tallies.keys());
    await work;
    yield* this.#ranked(tallies, yielded);
  }

  /** The best of the tally, addresses remembered so that each can be dialed. */
  async *#ranked(tallies: ReadonlyMap<string, Tally>, excluded: ReadonlySet<string>): AsyncGenerator<PeerId> {
    const best = [...tallies.values()]
      .filter(({ peer }) => !excluded.has(peer.id.toString()))
      .sort((a, b) => b.tokens.size - a.tokens.size || b.votes - a.votes || a.rank - b.rank)
      .slice(0, MAX_PROVIDERS - excluded.size);
    for (const { peer } of best) {
      const { id, multiaddrs } = peer;
      if (multiaddrs.length > 0)
        await this.#context.node.libp2p.peerStore.merge(id, { multiaddrs }).catch(() => undefined);
      yield id;
    }
  }

  #lookUp(token: string, tallies: Map<string, Tally>, round: LookupRound): Promise<void> {
    return this.#context.telemetry.span('query_dht', {}, async (span) => {
      await this.#askProviders(token, tallies, round);
      const found = [...tallies.values()].some(({ tokens }) => tokens.has(token));
      span.set({ 'p2p.dht.query.found': found });
      if (!found) span.end(notFoundOutcome(round.signal));
    });
  }

  async #askProviders(token: string, tallies: Map<string, Tally>, round: LookupRound): Promise<void> {
    const { node, log } = this.#context;
    try {
      const cid = await tokenKey(token);
      const walkSignal = AbortSignal.any([round.signal, AbortSignal.timeout(WALK_TIMEOUT_MS)]);
      const own = (await localProviders(node, cid, walkSignal)).filter(({ id }) => !id.equals(node.peerId));
      count(tallies, token, own.slice(0, MAX_PROVIDERS_PER_ANSWER));
      const queue = (await closestPeers(node, cid, walkSignal)).slice(0, MAX_ASKED_PEERS);
      const ask = async (): Promise<void> => {
        for (let peer = queue.shift(); peer !== undefined && !round.signal.aborted; peer = queue.shift()) {
          count(tallies, token, await this.#ask(peer, cid, round.signal));
          if (tallies.size > 0) round.onProviderFound();
        }
      };
      await Promise.all(Array.from({ length: MAX_PARALLEL }, ask));
    } catch (error) {
      if (!round.signal.aborted) log.debug(`Looking for providers of '${token}': ${errorMessage(error)}`);
    }
  }

  async #ask(peer: PeerId, cid: CID, signal: AbortSignal): Promise<readonly PeerInfo[]> {
    const { node, peerReputation } = this.#context;
    if (peerReputation.isBanned(peer.toString())) return [];
    const timeoutSignal = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    // Silence here is no failure of the peer: one provider without addresses makes an honest peer fail.
    const answer = await askProviders(node, peer, cid, timeoutSignal).catch(() => undefined);
    return (answer?.providers ?? []).filter(({ id }) => !id.equals(node.peerId)).slice(0, MAX_PROVIDERS_PER_ANSWER);
  }
}

function count(tallies: Map<string, Tally>, token: string, providers: readonly PeerInfo[]): void {
  const distinct = new Map(providers.map((one) => [one.id.toString(), one]));
  for (const [rank, peer] of [...distinct.values()].entries()) {
    const id = peer.id.toString();
    const tally = tallies.get(id) ?? { peer, tokens: new Set(), votes: 0, rank };
    tally.tokens.add(token);
    tally.votes++;
    tally.rank = Math.min(tally.rank, rank);
    tallies.set(id, tally);
  }
}

/** One question: its end, and the moment from which what is known so far is worth handing out. */
class LookupRound {
  readonly signal: AbortSignal;
  readonly ready: Promise<void>;
  #resolve: () => void = () => undefined;
  #hasProvider = false;

  constructor(signal: AbortSignal) {
    this.signal = signal;
    this.ready = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    signal.addEventListener('abort', this.#resolve, { once: true });
    if (signal.aborted) this.#resolve();
  }

  onProviderFound(): void {
    if (this.#hasProvider) return;
    this.#hasProvider = true;
    setTimeout(this.#resolve, GRACE_PERIOD_MS).unref();
  }
}
