import type { Stream } from '@libp2p/interface';
import type { CID } from 'multiformats/cid';
import { errorMessage, toError } from '../../../shared/errors.ts';
import { blockBufferPool } from '../../dag/block-buffer-pool.ts';
import { RAW } from '../../dag/codecs.ts';
import type { Logger } from '../../logging/logger.ts';
import { CAR_PROTOCOL } from '../../node/protocols.ts';
import type { RemoteConnection, StreamRegistrar } from '../shared/libp2p-parts.ts';
import { isLocal } from '../shared/traffic.ts';
import type { Traffic } from '../shared/traffic.ts';
import { ByteStream } from '../wire/byte-stream.ts';
import { BatchWriter } from './batch-writer.ts';
import { BlockWriter } from './block-writer.ts';
import {
  MAX_CONCURRENT_ANSWERS,
  MAX_INBOUND_STREAMS,
  MAX_REQUEST_BYTES,
  REQUEST_TIMEOUT_MS,
  SERVER_IDLE_TIMEOUT_MS,
} from './limits.ts';
import { walkWants } from './walk-wants.ts';
import type { SeededBlockReader } from './walk-wants.ts';
import { END_OF_ANSWER, decodeCarRequest, encodeCarHeader, encodeHead, readFrame } from './wire.ts';
import type { CarRequest, CarWant } from './wire.ts';
import { CompressionPolicy, hasZstd } from './zstd.ts';

export interface CarServerDeps {
  readonly node: { readonly libp2p: StreamRegistrar };
  readonly seededBlocks: SeededBlockReader;
  readonly traffic: Pick<Traffic, 'maySend' | 'sendAllowance' | 'settings'>;
  readonly log: Pick<Logger, 'debug'>;
  readonly stopped: AbortSignal;
}

/** Serves blocks as CAR streams (docs/protocols/car.md). */
export class CarServer {
  readonly #deps: CarServerDeps;
  /** Answers under way, by peer. */
  readonly #activeByPeer = new Map<string, number>();
  #activeAnswers = 0;

  constructor(deps: CarServerDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    await this.#deps.node.libp2p.handle(CAR_PROTOCOL, (stream, connection) => this.serve(stream, connection), {
      maxInboundStreams: MAX_INBOUND_STREAMS,
    });
  }

  /** Answers the requests of one stream, one after the other. */
  async serve(stream: Stream, connection: RemoteConnection): Promise<void> {
    const { stopped, log } = this.#deps;
    const bytes = new ByteStream(stream);
    const ended = new AbortController();
    const signal = AbortSignal.any([stopped, ended.signal]);
    stream.addEventListener('close', () => {
      ended.abort(new Error('The requesting peer disconnected'));
    });
    try {
      const policy = new CompressionPolicy(isLocal(connection));
      while (await this.#answerNext(bytes, connection, policy, signal)) continue;
      await bytes.close(AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]));
    } catch (error) {
      bytes.abort(toError(error));
      log.debug(`The response to peer ${connection.remotePeer.toString()} was interrupted: ${errorMessage(error)}`);
    }
  }

  /** Returns false when the client sends no further request. */
  async #answerNext(
    stream: ByteStream,
    connection: RemoteConnection,
    policy: CompressionPolicy,
    signal: AbortSignal,
  ): Promise<boolean> {
    const idleSignal = AbortSignal.any([signal, AbortSignal.timeout(SERVER_IDLE_TIMEOUT_MS)]);
    while (stream.available === 0) if ((await stream.waitForBytes(idleSignal)) === 0) return false;
    const timeoutSignal = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
    const request = decodeCarRequest(
      await readFrame(stream, MAX_REQUEST_BYTES, (minBytes) => stream.waitForBytes(timeoutSignal, minBytes)),
    );
    const peer = connection.remotePeer.toString();
    if (!this.#begin(peer, isLocal(connection))) {
      await stream.write(encodeHead(true), timeoutSignal);
      return true;
    }
    const out = new BlockWriter(stream, signal, this.#deps.traffic.sendAllowance(connection, signal), (bytes, ms) => {
      policy.recordSent(bytes, ms);
    });
    try {
      const isCompressed = request.acceptsZstd && hasZstd();
      await out.bytes(encodeHead(false, isCompressed));
      if (isCompressed) await this.#sendBatches(request, new BatchWriter(out, request.wants, policy), connection);
      else await this.#sendSections(request, out, connection);
    } finally {
      out.end();
      this.#end(peer);
    }
    return true;
  }

  async #sendSections({ wants }: CarRequest, out: BlockWriter, connection: RemoteConnection): Promise<void> {
    const [first] = wants;
    if (first !== undefined) await out.bytes(encodeCarHeader(first.cid));
    for await (const { cid, bytes } of this.#blocks(wants, connection)) {
      await out.block(cid, bytes);
      // Once the stream takes more, a large block is encrypted. A node's bytes stay: its links, views of them, are still walked.
      if (cid.code === RAW) blockBufferPool.release(bytes);
    }
    await out.bytes(END_OF_ANSWER);
    await out.flush();
  }

  async #sendBatches({ wants }: CarRequest, batches: BatchWriter, connection: RemoteConnection): Promise<void> {
    for await (const { cid, bytes } of this.#blocks(wants, connection)) await batches.block(cid, bytes);
    await batches.end();
  }

  async *#blocks(
    wants: readonly CarWant[],
    connection: RemoteConnection,
  ): AsyncGenerator<{ readonly cid: CID; readonly bytes: Uint8Array }> {
    for await (const block of walkWants(wants, this.#deps.seededBlocks)) {
      // The answer then ends without the remaining blocks, as if this node did not have them.
      if (!this.#deps.traffic.maySend(isLocal(connection))) return;
      yield block;
    }
  }

  /** Counts one more answer to this peer; returns false when the limits do not allow it. */
  #begin(peer: string, lan: boolean): boolean {
    const { traffic } = this.#deps;
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
