import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { LIMITS } from '../../../shared/defaults.ts';
import { errorMessage, errorName } from '../../../shared/errors.ts';
import type { SearchPeer } from '../../../shared/model.ts';
import { SEARCH_PROTOCOL } from '../../node/protocols.ts';
import { selectPeers } from '../../reputation/select-peers.ts';
import type { RatedPeer } from '../../reputation/select-peers.ts';
import { MIN_SCORE } from '../../reputation/standing.ts';
import { outcomeOf } from '../../telemetry/span.ts';
import type { SpanHandle, SpanOutcome } from '../../telemetry/span.ts';
import { isSeeding } from '../context.ts';
import type { NetworkContext } from '../context.ts';
import { Frames } from '../frames.ts';
import { InvalidAnswerError, receiveAnswer } from './search-answer.ts';
import { decodeSearchRequest, encodeSearchRequest } from './search-wire.ts';
import type { WireQuery } from './search-wire.ts';

const MAX_FRAME_BYTES = LIMITS.maxRecordBytes + 1024;
/** Longest silence of a peer within one answer; so many times its usual answer where that is known, within these bounds. */
const ANSWER_IDLE_TIMEOUT_MS = { factor: 10, minMs: 5_000, maxMs: 10_000 } as const;

export interface FanOutOptions {
  /** How many peers to ask, 1 to 10. */
  readonly fanOut: number;
  /** The asker's: whoever is still answering then did nothing wrong. */
  readonly signal: AbortSignal;
  /** Bounds the whole question, in milliseconds; whoever is still answering then was too slow, which counts against it. */
  readonly timeoutMs: number;
  /** Called after each record that was verified and is in the catalog now, and whenever a peer comes to its end. */
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
    if (!this.#context.enabledProtocols.has('search') && options.peers === undefined)
      return { asked: 0, answered: 0, peers: [] };
    return this.#context.telemetry.span('query_dht_parallel', {}, (span) => this.#fanOut(query, options, span));
  }

  async #fanOut(query: WireQuery, options: FanOutOptions, span: SpanHandle): Promise<FanOutResult> {
    const expired = AbortSignal.timeout(options.timeoutMs);
    const peers = options.peers ?? (await this.#selectPeers(options.fanOut));
    const states = new Map<string, SearchPeer>(
      peers.map((peer) => [peer.toString(), { id: peer.toString(), state: 'asked', records: 0 }]),
    );
    const updatePeer = (id: string, change: Partial<SearchPeer>): void => {
      const before = states.get(id);
      if (before !== undefined) states.set(id, { ...before, ...change });
      options.onUpdate([...states.values()]);
    };
    await Promise.all(peers.map((peer) => this.#askOne(peer, query, { ...options, expired, updatePeer })));
    const ended = [...states.values()];
    const answered = ended.filter(({ state }) => state === 'answered').length;
    const found = ended.filter(({ records }) => records > 0).length;
    span.set({ 'p2p.dht.query.parallel.fan_out': peers.length, 'p2p.dht.query.parallel.found_count': found });
    return { asked: peers.length, answered, peers: ended };
  }

  #selectPeers(limit: number): Promise<PeerId[]> {
    return this.#context.telemetry.span('select_best_peers', { limit, min_reputation: MIN_SCORE }, (span) =>
      this.#selectCandidates(limit, span),
    );
  }

  async #selectCandidates(limit: number, span: SpanHandle): Promise<PeerId[]> {
    const { node, peerReputation } = this.#context;
    const ownLocation = this.#context.ownLocation();
    const candidates: (RatedPeer & { readonly peer: PeerId })[] = [];
    for (const peer of node.peers()) {
      const stored = await node.libp2p.peerStore.get(peer).catch(() => undefined);
      if (stored?.protocols.includes(SEARCH_PROTOCOL) !== true) continue;
      const id = peer.toString();
      candidates.push({
        peer,
        stats: peerReputation.stats(id),
        trusted: peerReputation.standing(id).standing === 'trusted',
      });
    }
    const chosen = selectPeers(candidates, {
      minScore: MIN_SCORE,
      limit,
      now: Date.now(),
      ...(ownLocation === undefined ? {} : { ownLocation }),
    }).map(({ peer }) => peer);
    span.set({ 'p2p.peer.selection.count': chosen.length, 'p2p.peer.selection.filtered_count': candidates.length });
    return chosen;
  }

  async #askOne(peer: PeerId, query: WireQuery, context: AskContext): Promise<void> {
    const attributes = { peer_id: peer.toString(), reputation: this.#context.peerReputation.score(peer.toString()) };
    await this.#context.telemetry.span('ask_peer', attributes, (span) => this.#askInSpan(span, peer, query, context));
  }

  async #askInSpan(
    span: SpanHandle,
    peer: PeerId,
    query: WireQuery,
    { signal, expired, updatePeer }: AskContext,
  ): Promise<void> {
    const { peerReputation, stopped, log, node } = this.#context;
    const id = peer.toString();
    // Who can't be reached is not to blame: others may have named it, who lie.
    const wasConnected = node.libp2p.getConnections(peer).length > 0;
    const started = performance.now();
    try {
      await this.#ask(peer, query, AbortSignal.any([signal, expired]), (records) => {
        updatePeer(id, { records });
        if (records === 1) span.set({ latency: performance.now() - started });
        span.set({ result_count: records });
      });
      peerReputation.recordSuccess(id, performance.now() - started);
      updatePeer(id, { state: 'answered' });
    } catch (error) {
      log.debug(`Peer ${id} did not answer a search: ${errorMessage(error)}`);
      // The user who types on, or a node that stops, is not the peer's fault.
      const blameless = signal.aborted || stopped.aborted || (!wasConnected && !(error instanceof InvalidAnswerError));
      if (!blameless) peerReputation.recordFailure(id, error instanceof InvalidAnswerError ? 'invalid' : 'timeout');
      updatePeer(id, { state: 'failed' });
      span.end(...failureOutcome(error, signal.aborted || stopped.aborted, expired.aborted));
    }
  }

  async #ask(peer: PeerId, query: WireQuery, signal: AbortSignal, onRecord: (records: number) => void): Promise<void> {
    const { node, sink, catalog } = this.#context;
    const idleTimeoutMs = this.#idleTimeoutFor(peer.toString());
    const timeoutSignal = (): AbortSignal => this.#timeoutSignal(idleTimeoutMs, signal);
    const stream = await node.libp2p.dialProtocol(peer, SEARCH_PROTOCOL, { signal: timeoutSignal() });
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      await frames.write(encodeSearchRequest(query), timeoutSignal());
      await receiveAnswer({ frames, query, sink, catalog, peer: peer.toString(), timeoutSignal, onRecord });
      await frames.close(timeoutSignal());
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  async #serve(stream: Stream, connection: Connection): Promise<void> {
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    const timeoutSignal = (): AbortSignal => this.#timeoutSignal(ANSWER_IDLE_TIMEOUT_MS.maxMs);
    try {
      const { catalog } = this.#context;
      const found = catalog.packages.search(decodeSearchRequest(await frames.read(timeoutSignal())));
      for (const { publisher, name } of found) {
        const stored = catalog.packages.get(publisher, name);
        if (stored === undefined) continue;
        await frames.write({ record: stored.envelope, serves: isSeeding(catalog, publisher, name) }, timeoutSignal());
      }
      await frames.write({ end: true }, timeoutSignal());
      await frames.close(timeoutSignal());
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)));
      this.#context.log.debug(
        `A search by peer ${connection.remotePeer.toString()} was interrupted: ${errorMessage(error)}`,
      );
    }
  }

  #idleTimeoutFor(peer: string): number {
    const averageMs = this.#context.peerReputation.stats(peer).averageResponse;
    return averageMs === undefined
      ? ANSWER_IDLE_TIMEOUT_MS.maxMs
      : Math.min(
          Math.max(averageMs * ANSWER_IDLE_TIMEOUT_MS.factor, ANSWER_IDLE_TIMEOUT_MS.minMs),
          ANSWER_IDLE_TIMEOUT_MS.maxMs,
        );
  }

  #timeoutSignal(timeoutMs: number, signal?: AbortSignal): AbortSignal {
    const signals = [this.#context.stopped, AbortSignal.timeout(timeoutMs)];
    return AbortSignal.any(signal === undefined ? signals : [...signals, signal]);
  }
}

/** Why a peer did not answer: nobody waits any more, it was too slow, it lied, or it could not be reached. */
function failureOutcome(error: unknown, isCanceled: boolean, isTimedOut: boolean): [SpanOutcome, string?] {
  if (error instanceof InvalidAnswerError) return ['error', error.name];
  if (isCanceled) return ['canceled'];
  return isTimedOut ? ['timeout'] : [outcomeOf(error), errorName(error)];
}

interface AskContext {
  readonly signal: AbortSignal;
  readonly expired: AbortSignal;
  readonly updatePeer: (id: string, change: Partial<SearchPeer>) => void;
}
