import type { PeerId, PeerInfo } from '@libp2p/interface';
import type { CID } from 'multiformats/cid';
import { errorMessage } from '../../../shared/errors.ts';
import type { Logger } from '../../logging/logger.ts';
import { askProviders, closestPeers, localProviders } from '../../node/provider-records.ts';
import type { ProviderLookupNode } from '../../node/provider-records.ts';
import type { PeerReputation } from '../../reputation/peer-reputation.ts';
import { notFoundOutcome } from '../../telemetry/span.ts';
import type { Tracing } from '../../telemetry/telemetry.ts';
import type { PeerAddressBook } from '../shared/libp2p-parts.ts';
import {
  ANSWER_TIMEOUT_MS,
  GRACE_PERIOD_MS,
  MAX_ASKED_PEERS,
  MAX_LOOKUP_TOKENS,
  MAX_PARALLEL_LOOKUPS,
  MAX_PROVIDERS,
  MAX_PROVIDERS_PER_ANSWER,
  WALK_TIMEOUT_MS,
} from './limits.ts';
import { ProviderTally } from './provider-tally.ts';
import { tokenKey } from './tokens.ts';

export interface KeywordClientDeps {
  readonly node: ProviderLookupNode & { readonly libp2p: { readonly peerStore: PeerAddressBook } };
  readonly peerReputation: Pick<PeerReputation, 'isBanned'>;
  readonly telemetry: Pick<Tracing, 'span'>;
  readonly log: Pick<Logger, 'debug'>;
  readonly stopped: AbortSignal;
}

/** Looks up the providers of keywords in the DHT. */
export class KeywordClient {
  readonly #deps: KeywordClientDeps;

  constructor(deps: KeywordClientDeps) {
    this.#deps = deps;
  }

  /**
   * Peers that claim to provide packages with these tokens, those named for the most tokens and by the most peers first. Whether
   * a claim is true shows when the peer is asked. Ends without an error when `signal` fires.
   */
  async *find(tokens: readonly string[], signal: AbortSignal): AsyncGenerator<PeerId> {
    const chosen = [...tokens].sort((a, b) => b.length - a.length).slice(0, MAX_LOOKUP_TOKENS);
    const tally = new ProviderTally();
    const round = new LookupRound(AbortSignal.any([signal, this.#deps.stopped]));
    const work = Promise.all(chosen.map((token) => this.#lookUp(token, tally, round)));
    await Promise.race([work, round.ready]);
    yield* this.#ranked(tally, new Set());
    if (round.signal.aborted) return;
    const yielded = tally.ids();
    await work;
    yield* this.#ranked(tally, yielded);
  }

  /** Saves the addresses of the best providers, so that each can be dialed by its id. */
  async *#ranked(tally: ProviderTally, excluded: ReadonlySet<string>): AsyncGenerator<PeerId> {
    for (const { id, multiaddrs } of tally.ranked(excluded, MAX_PROVIDERS - excluded.size)) {
      if (multiaddrs.length > 0)
        await this.#deps.node.libp2p.peerStore.merge(id, { multiaddrs }).catch(() => undefined);
      yield id;
    }
  }

  #lookUp(token: string, tally: ProviderTally, round: LookupRound): Promise<void> {
    return this.#deps.telemetry.span('query_dht', {}, async (span) => {
      await this.#askClosest(token, tally, round);
      const found = tally.has(token);
      span.set({ 'p2p.dht.query.found': found });
      if (!found) span.end(notFoundOutcome(round.signal));
    });
  }

  async #askClosest(token: string, tally: ProviderTally, round: LookupRound): Promise<void> {
    const { node, log } = this.#deps;
    try {
      const cid = await tokenKey(token);
      const walkSignal = AbortSignal.any([round.signal, AbortSignal.timeout(WALK_TIMEOUT_MS)]);
      const local = (await localProviders(node, cid, walkSignal)).filter(({ id }) => !id.equals(node.peerId));
      tally.count(token, local.slice(0, MAX_PROVIDERS_PER_ANSWER));
      const queue = (await closestPeers(node, cid, walkSignal)).slice(0, MAX_ASKED_PEERS);
      const work = async (): Promise<void> => {
        for (let peer = queue.shift(); peer !== undefined && !round.signal.aborted; peer = queue.shift()) {
          tally.count(token, await this.#ask(peer, cid, round.signal));
          if (tally.size > 0) round.onProviderFound();
        }
      };
      await Promise.all(Array.from({ length: MAX_PARALLEL_LOOKUPS }, work));
    } catch (error) {
      if (!round.signal.aborted) log.debug(`Looking up the providers of '${token}': ${errorMessage(error)}`);
    }
  }

  async #ask(peer: PeerId, cid: CID, signal: AbortSignal): Promise<readonly PeerInfo[]> {
    const { node, peerReputation } = this.#deps;
    if (peerReputation.isBanned(peer.toString())) return [];
    const timeoutSignal = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    // Silence is not counted as a failure: one provider without addresses makes the answer of an honest peer fail.
    const answer = await askProviders(node, peer, cid, timeoutSignal).catch(() => undefined);
    return (answer?.providers ?? []).filter(({ id }) => !id.equals(node.peerId)).slice(0, MAX_PROVIDERS_PER_ANSWER);
  }
}

/** One lookup: when it ends, and from when on the providers found so far are worth asking. */
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
