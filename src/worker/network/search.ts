import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { LIMITS } from '../../shared/defaults.ts';
import { errorMessage } from '../../shared/errors.ts';
import type { SearchQuery } from '../../shared/model.ts';
import { SEARCH_PROTOCOL } from '../node/protocols.ts';
import { selectPeers } from '../reputation/select.ts';
import { serves } from './context.ts';
import type { NetworkContext } from './context.ts';
import { Frames, asBytes, asMap, asTexts, asText, asCount } from './frames.ts';

const MAX_FRAME_BYTES = LIMITS.recordBytes + 1024;
/** Longest silence of a peer within one answer. */
const FRAME_BOUND_MS = 10_000;
/** Peers below this score are not asked (ggen's figure). */
const MINIMUM_REPUTATION = 0.5;

export interface FanOutOptions {
  /** How many peers to ask, 1 to 10. */
  readonly fanOut: number;
  /** Bounds the whole question. */
  readonly signal: AbortSignal;
  /** Called after each record that was verified and is in the catalogue now. */
  readonly onRecord: () => void;
  /** Ask exactly these peers, whoever chose them, instead of the best connected ones. */
  readonly peers?: readonly PeerId[];
}

export interface FanOutResult {
  readonly asked: number;
  readonly answered: number;
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
   * proved. A peer that is slow, silent or wrong costs only itself.
   */
  async fanOut(query: SearchQuery, options: FanOutOptions): Promise<FanOutResult> {
    if (!this.#context.paths.has('search') && options.peers === undefined) return { asked: 0, answered: 0 };
    const peers = options.peers ?? (await this.#choose(options.fanOut));
    const answers = await Promise.all(
      peers.map((peer) =>
        this.#ask(peer, query, options).then(
          () => true,
          (error: unknown) => {
            this.#context.log.debug(`Peer ${peer.toString()} did not answer a search: ${errorMessage(error)}`);
            return false;
          },
        ),
      ),
    );
    return { asked: peers.length, answered: answers.filter(Boolean).length };
  }

  async #choose(limit: number): Promise<PeerId[]> {
    const { node, conduct } = this.#context;
    const able: { peer: PeerId; stats: ReturnType<typeof conduct.stats> }[] = [];
    for (const peer of node.libp2p.getPeers()) {
      const stored = await node.libp2p.peerStore.get(peer).catch(() => undefined);
      if (stored?.protocols.includes(SEARCH_PROTOCOL) === true)
        able.push({ peer, stats: conduct.stats(peer.toString()) });
    }
    return selectPeers(able, { minimum: MINIMUM_REPUTATION, limit, now: Date.now() }).map(({ peer }) => peer);
  }

  async #ask(peer: PeerId, query: SearchQuery, { signal, onRecord }: FanOutOptions): Promise<void> {
    const { node, conduct } = this.#context;
    const id = peer.toString();
    const started = performance.now();
    const bound = (): AbortSignal => this.#bound(signal);
    let frames: Frames | undefined;
    try {
      const stream = await node.libp2p.dialProtocol(peer, SEARCH_PROTOCOL, { signal: bound() });
      frames = new Frames(stream, MAX_FRAME_BYTES);
      const { text, categories = [], tags = [], limit = 20 } = query;
      await frames.write({ v: 1, text, categories: [...categories], tags: [...tags], limit }, bound());
      await this.#receive(frames, id, limit, bound, onRecord);
      conduct.success(id, performance.now() - started);
      await frames.close(bound());
    } catch (error) {
      frames?.abort(error instanceof Error ? error : new Error(String(error)));
      // The user who types on, or a node that stops, is not the peer's fault.
      if (!signal.aborted && !this.#context.stopped.aborted) conduct.failure(id);
      throw error;
    }
  }

  async #receive(
    frames: Frames,
    peer: string,
    limit: number,
    bound: () => AbortSignal,
    onRecord: () => void,
  ): Promise<void> {
    for (let count = 0; count <= limit; count++) {
      const frame = asMap(await frames.read(bound()));
      if (frame['end'] === true) return;
      const { outcome, publisher, name, reason } = this.#context.sink.take(asBytes(frame['record']));
      if (outcome === 'refused') throw new Error(`A record is not valid: ${reason ?? ''}`);
      if (frame['serves'] === true && publisher !== undefined && name !== undefined) {
        this.#context.catalogue.peers.addHolder(peer, publisher, name);
      }
      onRecord();
    }
    throw new Error('More records than asked for');
  }

  async #serve(stream: Stream, connection: Connection): Promise<void> {
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    const bound = (): AbortSignal => this.#bound();
    try {
      const { catalogue } = this.#context;
      const request = asMap(await frames.read(bound()));
      const found = catalogue.packages.search({
        text: asText(request['text'], LIMITS.searchTextLength),
        categories: asTexts(request['categories'], LIMITS.categories, LIMITS.categoryLength),
        tags: asTexts(request['tags'], LIMITS.tags, LIMITS.tagLength),
        limit: asCount(request['limit'], LIMITS.searchLimit),
      });
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

  #bound(signal?: AbortSignal): AbortSignal {
    const signals = [this.#context.stopped, AbortSignal.timeout(FRAME_BOUND_MS)];
    return AbortSignal.any(signal === undefined ? signals : [...signals, signal]);
  }
}
