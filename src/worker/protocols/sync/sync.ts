import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { LIMITS } from '../../../shared/defaults.ts';
import { errorMessage } from '../../../shared/errors.ts';
import type { Location } from '../../../shared/model.ts';
import type { Task, TaskReport } from '../../maintenance/scheduler.ts';
import { readLocation } from '../../node/location.ts';
import { SYNC_PROTOCOL } from '../../node/protocols.ts';
import { serves } from '../context.ts';
import type { NetworkContext } from '../context.ts';
import { Frames, asCount, asMap, asText } from '../frames.ts';
import { receiveLog } from './sync-receive.ts';

/** Name of the task that asks connected peers again. */
export const SYNC_TASK = 'sync';
/** A frame holds one record and a few numbers. */
const MAX_FRAME_BYTES = LIMITS.recordBytes + 1024;
/** Log entries read from the database at once: short enough never to hold up the event loop. */
const PAGE = 50;
/** How often connected peers are asked again. */
const INTERVAL_MS = 2 * 60 * 1000;
/** Half of the pause after which a visit that was cut is tried again; it doubles each time. */
const FIRST_RETRY_MS = 250;
const ROUND_BOUND_MS = 10 * 60 * 1000;
/** Longest silence within one visit. */
const FRAME_BOUND_MS = 10_000;
const MAX_EPOCH_LENGTH = 64;
/** Records asked for at once, in bytes: what is sent must find room while the reader verifies what came before. */
const PORTION_BYTES = 1024 * 1024;
/** Portions of one visit; the cursor is kept, so the next visit goes on from there. */
const MAX_PORTIONS = 4_096;
/** Visits at the same time: a node that just came back has many peers that all know the same. */
const PARALLEL = 4;

/**
 * Sync `/ggen/sync/1.0.0` (docs/protocols/sync.md): pull from a peer every record that it learnt since the last visit,
 * by a cursor into its append-only log. What makes that nobody who was away, or joined late, misses anything.
 */
export class Sync {
  readonly #context: NetworkContext;
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting: PeerId[] = [];
  /** Peers whose last visit was cut, how often in a row, and when they are asked again. */
  readonly #cut = new Map<string, { times: number; timer: NodeJS.Timeout }>();
  #topology: string | undefined;

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  async start(): Promise<void> {
    const { node } = this.#context;
    const { libp2p } = node;
    await libp2p.handle(SYNC_PROTOCOL, (stream, connection) => this.#serve(stream, connection), {
      maxInboundStreams: 4,
    });
    this.#topology = await libp2p.register(SYNC_PROTOCOL, {
      onConnect: (peer) => {
        this.#visit(peer);
      },
    });
    for (const peer of node.peers()) this.#visit(peer);
  }

  task(): Task {
    return {
      name: SYNC_TASK,
      title: 'Catch up with connected peers',
      every: INTERVAL_MS,
      bound: ROUND_BOUND_MS,
      run: (signal) => this.#round(signal),
    };
  }

  /** Ends when running visits have ended, which the node's stop signal makes them do. */
  async stop(): Promise<void> {
    if (this.#topology !== undefined) this.#context.node.libp2p.unregister(this.#topology);
    this.#waiting.length = 0;
    for (const { timer } of this.#cut.values()) clearTimeout(timer);
    this.#cut.clear();
    await Promise.all(this.#running.values());
  }

  /** Pull from a peer now, unless that is under way already. */
  async pull(peer: PeerId): Promise<void> {
    this.#visit(peer);
    while (this.#waiting.some((one) => one.equals(peer))) await Promise.race(this.#running.values());
    await this.#running.get(peer.toString());
  }

  async #round(signal: AbortSignal): Promise<TaskReport> {
    const peers = this.#context.node.peers();
    for (const peer of peers) this.#visit(peer);
    while (this.#running.size > 0 && !signal.aborted) await Promise.race(this.#running.values());
    return { detail: `${peers.length} peers` };
  }

  #visit(peer: PeerId): void {
    const id = peer.toString();
    if (this.#running.has(id) || this.#waiting.some((one) => one.equals(peer)) || !this.#isWanted(peer)) return;
    this.#waiting.push(peer);
    this.#beginNext();
  }

  #beginNext(): void {
    while (this.#running.size < PARALLEL) {
      const peer = this.#waiting.shift();
      if (peer === undefined) return;
      if (this.#isWanted(peer)) this.#begin(peer);
    }
  }

  #begin(peer: PeerId): void {
    const id = peer.toString();
    const visit = this.#pull(peer)
      .then(() => {
        this.#cut.delete(id);
      })
      .catch((error: unknown) => {
        if (!this.#isWanted(peer)) return;
        this.#context.log.debug(`Catching up with peer ${id} ended early: ${errorMessage(error)}`);
        this.#visitAgain(peer);
      })
      .finally(() => {
        this.#running.delete(id);
        this.#beginNext();
      });
    this.#running.set(id, visit);
  }

  /**
   * A visit was cut, but the peer is connected: by a connection that outlived another, of which nobody is told. The next
   * round would be minutes away.
   */
  #visitAgain(peer: PeerId): void {
    const id = peer.toString();
    const before = this.#cut.get(id);
    clearTimeout(before?.timer);
    const times = (before?.times ?? 0) + 1;
    const timer = setTimeout(
      () => {
        if (this.#isWanted(peer)) this.#visit(peer);
        else this.#cut.delete(id);
      },
      Math.min(FIRST_RETRY_MS * 2 ** times, INTERVAL_MS),
    );
    timer.unref();
    this.#cut.set(id, { times, timer });
  }

  #isWanted(peer: PeerId): boolean {
    const { stopped, conduct, node } = this.#context;
    return !stopped.aborted && !conduct.isBanned(peer.toString()) && node.libp2p.getConnections(peer).length > 0;
  }

  async #pull(peer: PeerId): Promise<void> {
    for (let portion = 0; portion < MAX_PORTIONS && this.#isWanted(peer); portion++) {
      if (!(await this.#pullPortion(peer))) return;
    }
  }

  /** Returns whether the peer has more to say. */
  async #pullPortion(peer: PeerId): Promise<boolean> {
    const { node, catalogue, conduct } = this.#context;
    const id = peer.toString();
    const started = performance.now();
    const stream = await node.libp2p.dialProtocol(peer, SYNC_PROTOCOL, { signal: this.#bound() });
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      const own = catalogue.db.epoch;
      const known = catalogue.peers.cursor(id);
      await frames.write(
        { v: 1, epoch: known?.epoch ?? '', after: known?.position ?? 0, limit: PORTION_BYTES, ...this.#place() },
        this.#bound(),
      );
      const head = asMap(await frames.read(this.#bound()));
      const answered = performance.now() - started;
      const epoch = asText(head['epoch'], MAX_EPOCH_LENGTH);
      catalogue.peers.saveLocation(id, readLocation(head['location']));
      const from = epoch === known?.epoch ? known.position : 0;
      const { learnt, more } = await receiveLog(this.#context, frames, {
        peer: id,
        epoch,
        from,
        own,
        bound: () => this.#bound(),
      });
      // Nothing new proves nothing: a peer that has nothing to say must not gather successes by saying it.
      if (learnt > 0) conduct.success(id, answered);
      await frames.close(this.#bound());
      return more;
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  async #serve(stream: Stream, connection: Connection): Promise<void> {
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      await this.#answer(frames, connection.remotePeer.toString());
      await frames.close(this.#bound());
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)));
      this.#context.log.debug(`Peer ${connection.remotePeer.toString()} stopped catching up: ${errorMessage(error)}`);
    }
  }

  async #answer(frames: Frames, asker: string): Promise<void> {
    const { catalogue } = this.#context;
    const request = asMap(await frames.read(this.#bound()));
    const { epoch } = catalogue.db;
    const same = asText(request['epoch'], MAX_EPOCH_LENGTH) === epoch;
    let position = same ? asCount(request['after']) : 0;
    let left = request['limit'] === undefined ? Infinity : asCount(request['limit']);
    catalogue.peers.saveLocation(asker, readLocation(request['location']));
    await frames.write({ epoch, ...this.#place() }, this.#bound());
    for (;;) {
      const page = catalogue.packages.logAfter(position, PAGE);
      const bound = this.#bound();
      for (const entry of page) {
        const { publisher, name } = entry.record;
        await frames.write(
          { p: entry.position, record: entry.envelope, serves: serves(catalogue, publisher, name) },
          bound,
        );
        position = entry.position;
        left -= entry.envelope.length;
        if (left <= 0) break;
      }
      if (page.length < PAGE || left <= 0) break;
    }
    await frames.write({ end: true, more: left <= 0 }, this.#bound());
  }

  /** What a frame tells of this node's place: nothing, unless the user told it. */
  #place(): { readonly location?: Location } {
    const location = this.#context.here();
    return location === undefined ? {} : { location };
  }

  #bound(): AbortSignal {
    return AbortSignal.any([this.#context.stopped, AbortSignal.timeout(FRAME_BOUND_MS)]);
  }
}
