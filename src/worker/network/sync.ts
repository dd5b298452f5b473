import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { LIMITS } from '../../shared/defaults.ts';
import { errorMessage } from '../../shared/errors.ts';
import { SYNC_PROTOCOL } from '../node/protocols.ts';
import { serves } from './context.ts';
import type { NetworkContext } from './context.ts';
import { Frames, asBytes, asCount, asMap, asText } from './frames.ts';

/** A frame holds one record and a few numbers. */
const MAX_FRAME_BYTES = LIMITS.recordBytes + 1024;
/** Log entries read from the database at once: short enough never to hold up the event loop. */
const PAGE = 50;
/** How often a connected peer is asked again. */
const INTERVAL_MS = 2 * 60 * 1000;
/** Longest silence within one visit. */
const FRAME_BOUND_MS = 10_000;
/** Most records taken from one peer in one visit; the cursor is kept, so the next visit goes on from there. */
const MAX_RECORDS = 100_000;
const MAX_EPOCH_LENGTH = 64;
/** The cursor is saved after so many records, so that a cut costs little. */
const SAVE_EVERY = 100;

/**
 * Sync `/ggen/sync/1.0.0` (docs/protocols/sync.md): pull from a peer every record that it learnt since the last visit,
 * by a cursor into its append-only log. What makes that nobody who was away, or joined late, misses anything.
 */
export class Sync {
  readonly #context: NetworkContext;
  readonly #running = new Map<string, Promise<void>>();
  #topology: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  async start(): Promise<void> {
    const { libp2p } = this.#context.node;
    await libp2p.handle(SYNC_PROTOCOL, (stream, connection) => this.#serve(stream, connection), {
      maxInboundStreams: 4,
    });
    this.#topology = await libp2p.register(SYNC_PROTOCOL, {
      onConnect: (peer) => {
        this.#visit(peer);
      },
    });
    for (const peer of libp2p.getPeers()) this.#visit(peer);
    this.#timer = setInterval(() => {
      for (const peer of libp2p.getPeers()) this.#visit(peer);
    }, INTERVAL_MS);
    this.#timer.unref();
  }

  /** Ends when running visits have ended, which the node's stop signal makes them do. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#topology !== undefined) this.#context.node.libp2p.unregister(this.#topology);
    await Promise.all(this.#running.values());
  }

  /** Pull from a peer now, unless that is under way already. */
  async pull(peer: PeerId): Promise<void> {
    this.#visit(peer);
    await this.#running.get(peer.toString());
  }

  #visit(peer: PeerId): void {
    const id = peer.toString();
    if (this.#running.has(id) || this.#context.stopped.aborted) return;
    const visit = this.#pull(peer)
      .catch((error: unknown) => {
        if (this.#context.stopped.aborted || !this.#isConnected(peer)) return;
        this.#context.log.debug(`Catching up with peer ${id} ended early: ${errorMessage(error)}`);
      })
      .finally(() => this.#running.delete(id));
    this.#running.set(id, visit);
  }

  #isConnected(peer: PeerId): boolean {
    return this.#context.node.libp2p.getConnections(peer).length > 0;
  }

  async #pull(peer: PeerId): Promise<void> {
    const { node, catalogue, conduct } = this.#context;
    const id = peer.toString();
    const started = performance.now();
    const stream = await node.libp2p.dialProtocol(peer, SYNC_PROTOCOL, { signal: this.#bound() });
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      const known = catalogue.peers.cursor(id);
      await frames.write({ v: 1, epoch: known?.epoch ?? '', after: known?.position ?? 0 }, this.#bound());
      const head = asMap(await frames.read(this.#bound()));
      const epoch = asText(head['epoch'], MAX_EPOCH_LENGTH);
      await this.#receive(frames, id, epoch, epoch === known?.epoch ? known.position : 0);
      conduct.success(id, performance.now() - started);
      await frames.close(this.#bound());
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  async #receive(frames: Frames, peer: string, epoch: string, from: number): Promise<void> {
    const { catalogue, sink, conduct } = this.#context;
    let position = from;
    for (let count = 0; count < MAX_RECORDS; count++) {
      const frame = asMap(await frames.read(this.#bound()));
      if (frame['end'] === true) break;
      const next = asCount(frame['p']);
      if (next <= position) throw new Error('The log does not move forward');
      const result = sink.take(asBytes(frame['record']));
      if (result.outcome === 'refused') {
        conduct.failure(peer);
        throw new Error(`A record is not valid: ${result.reason ?? ''}`);
      }
      if (frame['serves'] === true && result.publisher !== undefined && result.name !== undefined) {
        catalogue.peers.addHolder(peer, result.publisher, result.name);
      }
      position = next;
      if (count % SAVE_EVERY === SAVE_EVERY - 1) catalogue.peers.saveCursor(peer, epoch, position);
    }
    catalogue.peers.saveCursor(peer, epoch, position);
  }

  async #serve(stream: Stream, connection: Connection): Promise<void> {
    const frames = new Frames(stream, MAX_FRAME_BYTES);
    try {
      await this.#answer(frames);
      await frames.close(this.#bound());
    } catch (error) {
      frames.abort(error instanceof Error ? error : new Error(String(error)));
      this.#context.log.debug(`Peer ${connection.remotePeer.toString()} stopped catching up: ${errorMessage(error)}`);
    }
  }

  async #answer(frames: Frames): Promise<void> {
    const { catalogue } = this.#context;
    const request = asMap(await frames.read(this.#bound()));
    const { epoch } = catalogue.db;
    const same = asText(request['epoch'], MAX_EPOCH_LENGTH) === epoch;
    let position = same ? asCount(request['after']) : 0;
    await frames.write({ epoch }, this.#bound());
    for (;;) {
      const page = catalogue.packages.logAfter(position, PAGE);
      for (const entry of page) {
        const { publisher, name } = entry.record;
        await frames.write(
          { p: entry.position, record: entry.envelope, serves: serves(catalogue, publisher, name) },
          this.#bound(),
        );
        position = entry.position;
      }
      if (page.length < PAGE) break;
    }
    await frames.write({ end: true }, this.#bound());
  }

  #bound(): AbortSignal {
    return AbortSignal.any([this.#context.stopped, AbortSignal.timeout(FRAME_BOUND_MS)]);
  }
}
