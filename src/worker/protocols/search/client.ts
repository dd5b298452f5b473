import type { PeerId } from '@libp2p/interface';
import { errorMessage, errorName, toError } from '../../../shared/errors.ts';
import type { SearchPeer } from '../../../shared/model.ts';
import type { Logger } from '../../logging/logger.ts';
import { SEARCH_PROTOCOL } from '../../node/protocols.ts';
import type { PeerReputation } from '../../reputation/peer-reputation.ts';
import { outcomeOf } from '../../telemetry/span.ts';
import type { SpanHandle, SpanOutcome } from '../../telemetry/span.ts';
import type { ConnectionList, StreamDialer } from '../shared/libp2p-parts.ts';
import { Frames } from '../wire/frames.ts';
import { ANSWER_IDLE_TIMEOUT_MS, MAX_FRAME_BYTES } from './limits.ts';
import { InvalidAnswerError, receiveAnswer } from './receive-answer.ts';
import type { AnswerDeps } from './receive-answer.ts';
import { selectConnected } from './select-connected.ts';
import type { SelectConnectedDeps } from './select-connected.ts';
import { encodeSearchRequest } from './wire.ts';
import type { WireQuery } from './wire.ts';

export interface SearchClientDeps extends AnswerDeps, SelectConnectedDeps {
  readonly node: SelectConnectedDeps['node'] & { readonly libp2p: StreamDialer & ConnectionList };
  readonly peerReputation: SelectConnectedDeps['peerReputation'] &
    Pick<PeerReputation, 'score' | 'recordSuccess' | 'recordFailure'>;
  readonly log: Pick<Logger, 'debug'>;
  readonly stopped: AbortSignal;
}

export interface FanOutOptions {
  /** How many peers to ask, 1 to 10. */
  readonly fanOut: number;
  /** The caller's: peers that are still answering when it fires are not to blame. */
  readonly signal: AbortSignal;
  /** Bounds the whole search, in milliseconds. Peers that are still answering then were too slow, which counts as a failure. */
  readonly timeoutMs: number;
  /** Called after each record that was verified and is in the catalog now, and when a peer's answer ends. */
  readonly onUpdate: (peers: readonly SearchPeer[]) => void;
  /** Asks exactly these peers instead of the best connected ones. */
  readonly peers?: readonly PeerId[];
}

export interface FanOutResult {
  readonly asked: number;
  readonly answered: number;
  readonly peers: readonly SearchPeer[];
}

/** Asks several peers the same query at the same time. */
export class SearchClient {
  readonly #deps: SearchClientDeps;

  constructor(deps: SearchClientDeps) {
    this.#deps = deps;
  }

  /**
   * Every record goes through the sink before it counts. A peer that is slow, silent or invalid does not affect the others.
   * Resolves with the timeout at the latest, and never rejects.
   */
  fanOut(query: WireQuery, options: FanOutOptions): Promise<FanOutResult> {
    return this.#deps.telemetry.span('query_dht_parallel', {}, (span) => this.#fanOut(query, options, span));
  }

  async #fanOut(query: WireQuery, options: FanOutOptions, span: SpanHandle): Promise<FanOutResult> {
    const expired = AbortSignal.timeout(options.timeoutMs);
    const peers = options.peers ?? (await selectConnected(this.#deps, options.fanOut));
    const states = new Map<string, SearchPeer>(
      peers.map((peer) => [peer.toString(), { id: peer.toString(), state: 'asked', records: 0 }]),
    );
    const updatePeer = (id: string, change: Partial<SearchPeer>): void => {
      const before = states.get(id);
      if (before !== undefined) states.set(id, { ...before, ...change });
      options.onUpdate([...states.values()]);
    };
    await Promise.all(peers.map((peer) => this.#askPeer(peer, query, { ...options, expired, updatePeer })));
    const ended = [...states.values()];
    const answered = ended.filter(({ state }) => state === 'answered').length;
    const found = ended.filter(({ records }) => records > 0).length;
    span.set({ 'p2p.dht.query.parallel.fan_out': peers.length, 'p2p.dht.query.parallel.found_count': found });
    return { asked: peers.length, answered, peers: ended };
  }

  #askPeer(peer: PeerId, query: WireQuery, context: AskContext): Promise<void> {
    const { telemetry, peerReputation } = this.#deps;
    const attributes = { peer_id: peer.toString(), reputation: peerReputation.score(peer.toString()) };
    return telemetry.span('ask_peer', attributes, (span) => this.#askInSpan(span, peer, query, context));
  }

  async #askInSpan(
    span: SpanHandle,
    peer: PeerId,
    query: WireQuery,
    { signal, expired, updatePeer }: AskContext,
  ): Promise<void> {
    const { peerReputation, stopped, log, node } = this.#deps;
    const id = peer.toString();
    // A peer that cannot be reached is not to blame: a malicious peer may have named it.
    const wasConnected = node.libp2p.getConnections(peer).length > 0;
    const startedAt = performance.now();
    try {
      await this.#ask(peer, query, AbortSignal.any([signal, expired]), (records) => {
        updatePeer(id, { records });
        if (records === 1) span.set({ latency: performance.now() - startedAt });
        span.set({ result_count: records });
      });
      peerReputation.recordSuccess(id, performance.now() - startedAt);
      updatePeer(id, { state: 'answered' });
    } catch (error) {
      log.debug(`Peer ${id} did not answer a search: ${errorMessage(error)}`);
      const isCanceled = signal.aborted || stopped.aborted;
      const isBlameless = isCanceled || (!wasConnected && !(error instanceof InvalidAnswerError));
      if (!isBlameless) peerReputation.recordFailure(id, error instanceof InvalidAnswerError ? 'invalid' : 'timeout');
      updatePeer(id, { state: 'failed' });
      span.end(...failureOutcome(error, isCanceled, expired.aborted));
    }
  }

  async #ask(peer: PeerId, query: WireQuery, signal: AbortSignal, onRecord: (records: number) => void): Promise<void> {
    const { node, sink, catalog, stopped } = this.#deps;
    const idleTimeoutMs = this.#idleTimeoutFor(peer.toString());
    const timeoutSignal = (): AbortSignal => AbortSignal.any([stopped, AbortSignal.timeout(idleTimeoutMs), signal]);
    const stream = await node.libp2p.dialProtocol(peer, SEARCH_PROTOCOL, { signal: timeoutSignal() });
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      await frames.write(encodeSearchRequest(query), timeoutSignal());
      await receiveAnswer({ frames, query, sink, catalog, peer: peer.toString(), timeoutSignal, onRecord });
      await frames.close(timeoutSignal());
    } catch (error) {
      frames.abort(toError(error));
      throw error;
    }
  }

  #idleTimeoutFor(peer: string): number {
    const { factor, minMs, maxMs } = ANSWER_IDLE_TIMEOUT_MS;
    const averageMs = this.#deps.peerReputation.stats(peer).averageResponse;
    return averageMs === undefined ? maxMs : Math.min(Math.max(averageMs * factor, minMs), maxMs);
  }
}

/** Why a peer did not answer: the caller canceled, it was too slow, its answer was invalid, or it could not be reached. */
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
