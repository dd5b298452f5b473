import type { KadDHT } from '@libp2p/kad-dht';
import { errorMessage } from '../../../shared/errors.ts';
import type { Logger } from '../../logging/logger.ts';
import { notFoundOutcome } from '../../telemetry/span.ts';
import type { Tracing } from '../../telemetry/telemetry.ts';
import { Quorum } from '../shared/quorum.ts';
import type { RecordSink } from '../shared/record-sink.ts';
import { headKey } from './head-key.ts';
import { PUT_TIMEOUT_MS } from './limits.ts';

export interface HeadClientDeps {
  readonly node: { readonly libp2p: { readonly services: { readonly dht: Pick<KadDHT, 'put' | 'get'> } } };
  readonly sink: Pick<RecordSink, 'ingest'>;
  readonly telemetry: Pick<Tracing, 'span'>;
  readonly log: Pick<Logger, 'debug'>;
  readonly stopped: AbortSignal;
}

/** Puts heads into the DHT, and gets them. */
export class HeadClient {
  readonly #deps: HeadClientDeps;

  constructor(deps: HeadClientDeps) {
    this.#deps = deps;
  }

  /** Stores a record. Returns how many peers acknowledged it: 0 when no peer is connected, which is not an error. */
  async put(publisher: string, name: string, envelope: Uint8Array, signal: AbortSignal): Promise<number> {
    return this.#deps.telemetry.span('store_in_dht', { package_id: `${publisher}/${name}` }, async (span) => {
      const stored = await this.#put(publisher, name, envelope, signal);
      span.set({ dht_stored: stored });
      return stored;
    });
  }

  /**
   * Asks the network for the newest record of a package. Answers go through the sink, so the caller then reads the catalog. Ends
   * with the quorum, at the latest when `signal` fires. Returns whether there was a valid answer.
   */
  async fetch(publisher: string, name: string, signal: AbortSignal): Promise<boolean> {
    return this.#deps.telemetry.span('query_dht', { package_id: `${publisher}/${name}` }, async (span) => {
      const found = await this.#query(publisher, name, signal);
      span.set({ 'p2p.dht.query.found': found });
      if (!found) span.end(notFoundOutcome(signal));
      return found;
    });
  }

  async #put(publisher: string, name: string, envelope: Uint8Array, signal: AbortSignal): Promise<number> {
    const { dht } = this.#deps.node.libp2p.services;
    const timeoutSignal = AbortSignal.any([signal, this.#deps.stopped, AbortSignal.timeout(PUT_TIMEOUT_MS)]);
    let stored = 0;
    try {
      for await (const event of dht.put(headKey(publisher, name), envelope, { signal: timeoutSignal })) {
        if (event.name === 'PEER_RESPONSE' && event.messageName === 'PUT_VALUE') stored++;
      }
    } catch (error) {
      signal.throwIfAborted();
      this.#deps.log.debug(`Storing ${publisher}/${name} in the DHT was interrupted: ${errorMessage(error)}`);
    }
    return stored;
  }

  async #query(publisher: string, name: string, signal: AbortSignal): Promise<boolean> {
    const { dht } = this.#deps.node.libp2p.services;
    const quorum = new Quorum();
    const timeoutSignal = AbortSignal.any([signal, this.#deps.stopped, quorum.signal]);
    try {
      // Not `contentRouting.get` or the query's final value: both throw when one peer refuses a correction of its old value.
      for await (const event of dht.get(headKey(publisher, name), { signal: timeoutSignal })) {
        const value =
          event.name === 'VALUE' ? event.value : event.name === 'PEER_RESPONSE' ? event.record?.value : undefined;
        if (value !== undefined && this.#ingest(publisher, name, value)) quorum.addAnswer();
      }
    } catch (error) {
      if (!quorum.hasAnswers) this.#deps.log.debug(`Looking up ${publisher}/${name}: ${errorMessage(error)}`);
    } finally {
      quorum.end();
    }
    return quorum.hasAnswers;
  }

  #ingest(publisher: string, name: string, envelope: Uint8Array): boolean {
    const result = this.#deps.sink.ingest(envelope);
    return result.publisher === publisher && result.name === name && result.outcome !== 'conflict';
  }
}
