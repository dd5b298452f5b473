import type { Connection, Stream } from '@libp2p/interface';
import { errorMessage } from '../../../shared/errors.ts';
import { blockBufferPool } from '../../dag/block-buffer-pool.ts';
import { RAW } from '../../dag/codecs.ts';
import { CAR_PROTOCOL } from '../../node/protocols.ts';
import { ByteStream } from '../byte-stream.ts';
import type { NetworkContext } from '../context.ts';
import { isLocal } from '../traffic.ts';
import { BlockWriter } from './block-writer.ts';
import { walkWants } from './walk-wants.ts';
import { END_OF_ANSWER, MAX_REQUEST_BYTES, decodeCarRequest, encodeCarHeader, encodeHead, readFrame } from './wire.ts';

/** Streams that one connection may hold open; more are reset. */
const MAX_STREAMS = 16;
/** Answers under way to all peers together: each holds a few blocks in memory. */
const MAX_CONCURRENT_ANSWERS = 32;
/** Longest wait for the next request, and for it to be complete. */
const REQUEST_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 60_000;

/** Hands out what is served, as CAR streams (docs/protocols/car.md). */
export class CarServer {
  readonly #context: NetworkContext;
  /** Answers under way, by peer. */
  readonly #activeByPeer = new Map<string, number>();
  #activeAnswers = 0;

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  async start(): Promise<void> {
    await this.#context.node.libp2p.handle(CAR_PROTOCOL, (stream, connection) => this.#serve(stream, connection), {
      maxInboundStreams: MAX_STREAMS,
    });
  }

  async #serve(stream: Stream, connection: Connection): Promise<void> {
    const { stopped, log } = this.#context;
    const bytes = new ByteStream(stream);
    const ended = new AbortController();
    const signal = AbortSignal.any([stopped, ended.signal]);
    stream.addEventListener('close', () => {
      ended.abort(new Error('The requesting peer disconnected'));
    });
    try {
      while (await this.#answerNext(bytes, connection, signal)) continue;
      await bytes.close(AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]));
    } catch (error) {
      bytes.abort(error instanceof Error ? error : new Error(String(error)));
      log.debug(`The response to peer ${connection.remotePeer.toString()} was interrupted: ${errorMessage(error)}`);
    }
  }

  /** Returns false when the asker has nothing more to ask. */
  async #answerNext(stream: ByteStream, connection: Connection, signal: AbortSignal): Promise<boolean> {
    const idleSignal = AbortSignal.any([signal, AbortSignal.timeout(IDLE_TIMEOUT_MS)]);
    while (stream.available === 0) if ((await stream.waitForBytes(idleSignal)) === 0) return false;
    const timeoutSignal = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
    const wants = decodeCarRequest(
      await readFrame(stream, MAX_REQUEST_BYTES, (minBytes) => stream.waitForBytes(timeoutSignal, minBytes)),
    );
    const peer = connection.remotePeer.toString();
    if (!this.#begin(peer, isLocal(connection))) {
      await stream.write(encodeHead(true), timeoutSignal);
      return true;
    }
    const out = new BlockWriter(stream, signal, this.#context.traffic.sendAllowance(connection, signal));
    try {
      const [first] = wants;
      await out.bytes(encodeHead(false));
      if (first !== undefined) await out.bytes(encodeCarHeader(first.cid));
      for await (const { cid, bytes } of walkWants(wants, this.#context.seededBlocks)) {
        // The answer then ends without the rest, as if it were not here.
        if (!this.#context.traffic.maySend(isLocal(connection))) break;
        await out.block(cid, bytes);
        // When the stream takes more, a large block is encrypted already. The links of a node are views of it, and still walked.
        if (cid.code === RAW) blockBufferPool.release(bytes);
      }
      await out.bytes(END_OF_ANSWER);
      await out.flush();
    } finally {
      out.end();
      this.#end(peer);
    }
    return true;
  }

  /** Whether there is room for one more answer to this peer. */
  #begin(peer: string, lan: boolean): boolean {
    const { traffic } = this.#context;
    const active = this.#activeByPeer.get(peer) ?? 0;
    if (
      !traffic.maySend(lan) ||
      this.#activeAnswers >= MAX_CONCURRENT_ANSWERS ||
      active >= traffic.settings.transfersPerPeer
    )
      return false;
    this.#activeByPeer.set(peer, active + 1);
    this.#activeAnswers++;
    return true;
  }

  #end(peer: string): void {
    const active = this.#activeByPeer.get(peer) ?? 0;
    if (active > 1) this.#activeByPeer.set(peer, active - 1);
    else this.#activeByPeer.delete(peer);
    this.#activeAnswers--;
  }
}
