import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { LIMITS } from '../../../shared/defaults.ts';
import { errorMessage, errorName } from '../../../shared/errors.ts';
import type { SearchPeer } from '../../../shared/model.ts';
import { SEARCH_PROTOCOL } from '../../node/protocols.ts';
import { selectPeers } from '../../reputation/select.ts';
import type { RatedPeer } from '../../reputation/select.ts';
import { MINIMUM_SCORE } from '../../reputation/standing.ts';
import { outcomeOf } from '../../telemetry/span.ts';
import type { SpanHandle, SpanOutcome } from '../../telemetry/span.ts';
import { serves } from '../context.ts';
import type { NetworkContext } from '../context.ts';
import { Frames } from '../frames.ts';
import { FalseAnswer, receiveAnswer } from './search-answer.ts';
import { decodeRequest, encodeRequest } from './search-wire.ts';
import type { WireQuery } from './search-wire.ts';

const MAX_FRAME_BYTES = LIMITS.recordBytes + 1024;
/** Longest silence of a peer within one answer; so many times its usual answer where that is known, within these bounds. */
const SILENCE = { times: 10, least: 5_000, most: 10_000 } as const;

export interface FanOutOptions {
  /** How many peers to ask, 1 to 10. */
  readonly fanOut: number;
  /** The asker's: whoever is still answering then did nothing wrong. */
  readonly signal: AbortSignal;
  /** Bounds the whole question, in milliseconds; whoever is still answering then was too slow, which counts against it. */
  readonly timeout: number;
  /** Called after each record that was verified and is in the catalogue now, and whenever a peer comes to its end. */
  readonly onUpdate: (peers: readonly SearchPeer[]) => void;
  /** Ask exactly these peers, whoever chose them, instead of the best connected ones. */
  readonly peers?: readonly PeerId[];
}

export interface FanOutResult {
  readonly asked: number;
  readonly answered: number;
  readonly peers: readonly SearchPeer[];
}

/** Search `/ggen/search/1.0.0` (docs/protocols/search.md): ask peers what they know that matches. */
export class Search {
  readonly #context: NetworkContext;

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  async start(): Promise<void> {
    await this.#context.node.libp2p.handle(SEARCH_PROTOCOL, (stream, connection) => this.#serve(stream, connection), {
      maxInboundStreams: 16,
    });
  }

  /**
   * Ask the best connected peers. Every record goes through the sink before it counts: what was found is what a peer
   * proved. A peer that is slow, silent or wrong costs only itself. Ends with the time-out at the latest, never with an error.
   */
  async fanOut(query: WireQuery, options: FanOutOptions): Promise<FanOutResult> {
    if (!this.#context.paths.has('search') && options.peers === undefined) return { asked: 0, answered: 0, peers: [] };
    return this.#context.telemetry.span('query_dht_parallel', {}, (span) => this.#fanOut(query, options, span));
  }

  async #fanOut(query: WireQuery, options: FanOutOptions, span: SpanHandle): Promise<FanOutResult> {
    const timeout = AbortSignal.timeout(options.timeout);
    const peers = options.peers ?? (await this.#choose(options.fanOut));
    const states = new Map<string, SearchPeer>(
      peers.map((peer) => [peer.toString(), { id: peer.toString(), state: 'asked', records: 0 }]),
    );
    const enter = (id: string, change: Partial<SearchPeer>): void => {
      const before = states.get(id);
      if (before !== undefined) states.set(id, { ...before, ...change });
      options.onUpdate([...states.values()]);
    };
    await Promise.all(peers.map((peer) => this.#askOne(peer, query, { ...options, expired: timeout, enter })));
    const ended = [...states.values()];
    const answered = ended.filter(({ state }) => state === 'answered').length;
    const found = ended.filter(({ records }) => records > 0).length;
    span.set({ 'p2p.dht.query.parallel.fan_out': peers.length, 'p2p.dht.query.parallel.found_count': found });
    return { asked: peers.length, answered, peers: ended };
  }

  #choose(limit: number): Promise<PeerId[]> {
    return this.#context.telemetry.span('select_best_peers', { limit, min_reputation: MINIMUM_SCORE }, (span) =>
      this.#chooseOf(limit, span),
    );
  }

  async #chooseOf(limit: number, span: SpanHandle): Promise<PeerId[]> {
    const { node, conduct } = this.#context;
    const here = this.#context.here();
    const able: (RatedPeer & { readonly peer: PeerId })[] = [];
    for (const peer of node.peers()) {
      const stored = await node.libp2p.peerStore.get(peer).catch(() => undefined);
      if (stored?.protocols.includes(SEARCH_PROTOCOL) !== true) continue;
      const id = peer.toString();
      able.push({ peer, stats: conduct.stats(id), trusted: conduct.standing(id).standing === 'trusted' });
    }
    const chosen = selectPeers(able, {
      minimum: MINIMUM_SCORE,
      limit,
      now: Date.now(),
      ...(here === undefined ? {} : { here }),
    }).map(({ peer }) => peer);
    span.set({ 'p2p.peer.selection.count': chosen.length, 'p2p.peer.selection.filtered_count': able.length });
    return chosen;
  }

  async #askOne(peer: PeerId, query: WireQuery, asking: Asking): Promise<void> {
    const attributes = { peer_id: peer.toString(), reputation: this.#context.conduct.score(peer.toString()) };
    await this.#context.telemetry.span('ask_peer', attributes, (span) => this.#askWithin(span, peer, query, asking));
  }

  async #askWithin(
    span: SpanHandle,
    peer: PeerId,
    query: WireQuery,
    { signal, expired, enter }: Asking,
  ): Promise<void> {
    const { conduct, stopped, log, node } = this.#context;
    const id = peer.toString();
    // Who can't be reached is not to blame: others may have named it, who lie.
    const wasConnected = node.libp2p.getConnections(peer).length > 0;
    const started = performance.now();
    try {
      await this.#ask(peer, query, AbortSignal.any([signal, expired]), (records) => {
        enter(id, { records });
        if (records === 1) span.set({ latency: performance.now() - started });
        span.set({ result_count: records });
      });
      conduct.success(id, performance.now() - started);
      enter(id, { state: 'answered' });
    } catch (error) {
      log.debug(`Peer ${id} did not answer a search: ${errorMessage(error)}`);
      // The user who types on, or a node that stops, is not the peer's fault.
      const blameless = signal.aborted || stopped.aborted || (!wasConnected && !(error instanceof FalseAnswer));
      if (!blameless) conduct.failure(id, error instanceof FalseAnswer ? 'lie' : 'late');
      enter(id, { state: 'failed' });
      span.end(...failure(error, signal.aborted || stopped.aborted, expired.aborted));
    }
  }

  async #ask(peer: PeerId, query: WireQuery, signal: AbortSignal, onRecord: (records: number) => void): Promise<void> {
    const { node, sink, catalogue } = this.#context;
    const silence = this.#silenceOf(peer.toString());
    const bound = (): AbortSignal => this.#bound(silence, signal);
    const stream = await node.libp2p.dialProtocol(peer, SEARCH_PROTOCOL, { signal: bound() });
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      await frames.write(encodeRequest(query), bound());
      await receiveAnswer({ frames, query, sink, catalogue, peer: peer.toString(), bound, onRecord });
      await frames.close(bound());
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  async #serve(stream: Stream, connection: Connection): Promise<void> {
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    const bound = (): AbortSignal => this.#bound(SILENCE.most);
    try {
      const { catalogue } = this.#context;
      const found = catalogue.packages.search(decodeRequest(await frames.read(bound())));
      for (const { publisher, name } of found) {
        const stored = catalogue.packages.get(publisher, name);
        if (stored === undefined) continue;
        await frames.write({ record: stored.envelope, serves: serves(catalogue, publisher, name) }, bound());
      }
      await frames.write({ end: true }, bound());
      await frames.close(bound());
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)));
      this.#context.log.debug(`A search of peer ${connection.remotePeer.toString()} ended: ${errorMessage(error)}`);
    }
  }

  #silenceOf(peer: string): number {
    const usual = this.#context.conduct.stats(peer).averageResponse;
    return usual === undefined ? SILENCE.most : Math.min(Math.max(usual * SILENCE.times, SILENCE.least), SILENCE.most);
  }

  #bound(milliseconds: number, signal?: AbortSignal): AbortSignal {
    const signals = [this.#context.stopped, AbortSignal.timeout(milliseconds)];
    return AbortSignal.any(signal === undefined ? signals : [...signals, signal]);
  }
}

/** Why a peer did not answer: nobody waits any more, it was too slow, it lied, or it could not be reached. */
function failure(error: unknown, isOver: boolean, isLate: boolean): [SpanOutcome, string?] {
  if (error instanceof FalseAnswer) return ['error', error.name];
  if (isOver) return ['cancelled'];
  return isLate ? ['timeout'] : [outcomeOf(error), errorName(error)];
}

interface Asking {
  readonly signal: AbortSignal;
  readonly expired: AbortSignal;
  readonly enter: (id: string, change: Partial<SearchPeer>) => void;
}
