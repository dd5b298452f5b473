import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { LIMITS } from '../../../shared/defaults.ts';
import { errorMessage } from '../../../shared/errors.ts';
import type { Location } from '../../../shared/model.ts';
import type { PeriodicTask, TaskReport } from '../../maintenance/scheduler.ts';
import { parseLocation } from '../../node/location.ts';
import { SYNC_PROTOCOL } from '../../node/protocols.ts';
import { isSeeding } from '../context.ts';
import type { NetworkContext } from '../context.ts';
import { Frames, asCount, asMap, asText } from '../frames.ts';
import { receiveLog } from './sync-receive.ts';

/** Name of the task that asks connected peers again. */
export const SYNC_TASK = 'sync';
/** A frame holds one record and a few numbers. */
const MAX_FRAME_BYTES = LIMITS.maxRecordBytes + 1024;
/** Log entries read from the database at once: short enough never to hold up the event loop. */
const LOG_PAGE_SIZE = 50;
/** How often connected peers are asked again. */
const SYNC_INTERVAL_MS = 2 * 60 * 1000;
/** Half of the pause after which a visit that was cut is tried again; it doubles each time. */
const RETRY_BACKOFF_MS = 250;
const ROUND_TIMEOUT_MS = 10 * 60 * 1000;
/** Longest silence within one visit. */
const FRAME_TIMEOUT_MS = 10_000;
const MAX_EPOCH_LENGTH = 64;
/** Records asked for at once, in bytes: what is sent must find room while the reader verifies what came before. */
const MAX_PORTION_BYTES = 1024 * 1024;
/** Portions of one visit; the cursor is kept, so the next visit goes on from there. */
const MAX_PORTIONS = 4_096;
/** Visits at the same time: a node that just came back has many peers that all know the same. */
const MAX_PARALLEL_PULLS = 4;

/**
 * Sync `/ggen/sync/1.0.0` (docs/protocols/sync.md): pull from a peer every record that it learnt since the last visit,
 * by a cursor into its append-only log. What makes that nobody who was away, or joined late, misses anything.
 */
export class Sync {
  readonly #context: NetworkContext;
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting: PeerId[] = [];
  /** Peers whose last visit was cut, how often in a row, and when they are asked again. */
  readonly #interrupted = new Map<string, { failures: number; timer: NodeJS.Timeout }>();
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
        this.#enqueue(peer);
      },
    });
    for (const peer of node.peers()) this.#enqueue(peer);
  }

  task(): PeriodicTask {
    return {
      name: SYNC_TASK,
      title: 'Sync with connected peers',
      intervalMs: SYNC_INTERVAL_MS,
      timeoutMs: ROUND_TIMEOUT_MS,
      run: (signal) => this.#round(signal),
    };
  }

  /** Ends when running visits have ended, which the node's stop signal makes them do. */
  async stop(): Promise<void> {
    if (this.#topology !== undefined) this.#context.node.libp2p.unregister(this.#topology);
    this.#waiting.length = 0;
    for (const { timer } of this.#interrupted.values()) clearTimeout(timer);
    this.#interrupted.clear();
    await Promise.all(this.#running.values());
  }

  /** Pull from a peer now, unless that is under way already. */
  async pull(peer: PeerId): Promise<void> {
    this.#enqueue(peer);
    while (this.#waiting.some((one) => one.equals(peer))) await Promise.race(this.#running.values());
    await this.#running.get(peer.toString());
  }

  async #round(signal: AbortSignal): Promise<TaskReport> {
    const peers = this.#context.node.peers();
    for (const peer of peers) this.#enqueue(peer);
    while (this.#running.size > 0 && !signal.aborted) await Promise.race(this.#running.values());
    return { detail: `${peers.length} peers` };
  }

  #enqueue(peer: PeerId): void {
    const id = peer.toString();
    if (this.#running.has(id) || this.#waiting.some((one) => one.equals(peer)) || !this.#isEligible(peer)) return;
    this.#waiting.push(peer);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#running.size < MAX_PARALLEL_PULLS) {
      const peer = this.#waiting.shift();
      if (peer === undefined) return;
      if (this.#isEligible(peer)) this.#startPull(peer);
    }
  }

  #startPull(peer: PeerId): void {
    const id = peer.toString();
    const pull = this.#pull(peer)
      .then(() => {
        this.#interrupted.delete(id);
      })
      .catch((error: unknown) => {
        if (!this.#isEligible(peer)) return;
        this.#context.log.debug(`Syncing with peer ${id} was interrupted: ${errorMessage(error)}`);
        this.#retry(peer);
      })
      .finally(() => {
        this.#running.delete(id);
        this.#startNext();
      });
    this.#running.set(id, pull);
  }

  /**
   * A visit was cut, but the peer is connected: by a connection that outlived another, of which nobody is told. The next
   * round would be minutes away.
   */
  #retry(peer: PeerId): void {
    const id = peer.toString();
    const before = this.#interrupted.get(id);
    clearTimeout(before?.timer);
    const failures = (before?.failures ?? 0) + 1;
    const timer = setTimeout(
      () => {
        if (this.#isEligible(peer)) this.#enqueue(peer);
        else this.#interrupted.delete(id);
      },
      Math.min(RETRY_BACKOFF_MS * 2 ** failures, SYNC_INTERVAL_MS),
    );
    timer.unref();
    this.#interrupted.set(id, { failures, timer });
  }

  #isEligible(peer: PeerId): boolean {
    const { stopped, peerReputation, node } = this.#context;
    return !stopped.aborted && !peerReputation.isBanned(peer.toString()) && node.libp2p.getConnections(peer).length > 0;
  }

  async #pull(peer: PeerId): Promise<void> {
    for (let portion = 0; portion < MAX_PORTIONS && this.#isEligible(peer); portion++) {
      if (!(await this.#pullPortion(peer))) return;
    }
  }

  /** Returns whether the peer has more to say. */
  async #pullPortion(peer: PeerId): Promise<boolean> {
    const { node, catalog, peerReputation } = this.#context;
    const id = peer.toString();
    const started = performance.now();
    const stream = await node.libp2p.dialProtocol(peer, SYNC_PROTOCOL, { signal: this.#timeoutSignal() });
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      const ownEpoch = catalog.db.epoch;
      const known = catalog.peers.cursor(id);
      await frames.write(
        {
          v: 1,
          epoch: known?.epoch ?? '',
          after: known?.position ?? 0,
          limit: MAX_PORTION_BYTES,
          ...this.#locationField(),
        },
        this.#timeoutSignal(),
      );
      const head = asMap(await frames.read(this.#timeoutSignal()));
      const answered = performance.now() - started;
      const epoch = asText(head['epoch'], MAX_EPOCH_LENGTH);
      catalog.peers.saveLocation(id, parseLocation(head['location']));
      const from = epoch === known?.epoch ? known.position : 0;
      const { newRecords, hasMore } = await receiveLog(this.#context, frames, {
        peer: id,
        epoch,
        from,
        ownEpoch,
        timeoutSignal: () => this.#timeoutSignal(),
      });
      // Nothing new proves nothing: a peer that has nothing to say must not gather successes by saying it.
      if (newRecords > 0) peerReputation.recordSuccess(id, answered);
      await frames.close(this.#timeoutSignal());
      return hasMore;
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  async #serve(stream: Stream, connection: Connection): Promise<void> {
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      await this.#answer(frames, connection.remotePeer.toString());
      await frames.close(this.#timeoutSignal());
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)));
      this.#context.log.debug(`Peer ${connection.remotePeer.toString()} stopped syncing: ${errorMessage(error)}`);
    }
  }

  async #answer(frames: Frames, peer: string): Promise<void> {
    const { catalog } = this.#context;
    const request = asMap(await frames.read(this.#timeoutSignal()));
    const { epoch } = catalog.db;
    const same = asText(request['epoch'], MAX_EPOCH_LENGTH) === epoch;
    let position = same ? asCount(request['after']) : 0;
    let remainingBytes = request['limit'] === undefined ? Infinity : asCount(request['limit']);
    catalog.peers.saveLocation(peer, parseLocation(request['location']));
    await frames.write({ epoch, ...this.#locationField() }, this.#timeoutSignal());
    for (;;) {
      const page = catalog.packages.readLogAfter(position, LOG_PAGE_SIZE);
      const timeoutSignal = this.#timeoutSignal();
      for (const entry of page) {
        const { publisher, name } = entry.record;
        await frames.write(
          { p: entry.position, record: entry.envelope, serves: isSeeding(catalog, publisher, name) },
          timeoutSignal,
        );
        position = entry.position;
        remainingBytes -= entry.envelope.length;
        if (remainingBytes <= 0) break;
      }
      if (page.length < LOG_PAGE_SIZE || remainingBytes <= 0) break;
    }
    await frames.write({ end: true, more: remainingBytes <= 0 }, this.#timeoutSignal());
  }

  /** What a frame tells of this node's place: nothing, unless the user told it. */
  #locationField(): { readonly location?: Location } {
    const location = this.#context.ownLocation();
    return location === undefined ? {} : { location };
  }

  #timeoutSignal(): AbortSignal {
    return AbortSignal.any([this.#context.stopped, AbortSignal.timeout(FRAME_TIMEOUT_MS)]);
  }
}
