import type { ValidateFn, SelectFn } from '@libp2p/kad-dht';
import { errorMessage } from '../../../shared/errors.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { compareAge } from '../../records/compare.ts';
import { openRecord, recordDigest } from '../../records/record.ts';
import type { PeriodicTask, TaskReport } from '../../maintenance/scheduler.ts';
import { isRefreshDue } from '../refresh-policy.ts';
import { Quorum } from '../quorum.ts';
import type { NetworkContext, RecordSink } from '../context.ts';
import { headKey, parseHeadKey } from './head-key.ts';
import { notFoundOutcome } from '../../telemetry/span.ts';

/** Values expire after 48 h in the DHT and are never put again by it. */
const REPUBLISH_INTERVAL_MS = 8 * 60 * 60 * 1000;
/** How often is looked whether something is due, and how soon after the start: the routing table is empty at first. */
const CHECK_INTERVAL_MS = 10 * 60 * 1000;
const INITIAL_DELAY_MS = 2_000;
const ROUND_TIMEOUT_MS = 5 * 60 * 1000;
const PUT_TIMEOUT_MS = 10_000;
/** A head that few took is put again sooner: the routing table was small then. */
const WEAK_REPUBLISH_INTERVAL_MS = 60_000;
const MIN_REPLICAS = 10;

/**
 * What other nodes may store here, and what counts as an answer. Stateful on purpose: the DHT's PUT never calls the
 * selector, so an old valid record would replace a newer one if the validator did not know the newer one.
 */
export function headValidator(catalog: Catalog, sink: RecordSink): ValidateFn {
  return (key, value) => {
    const { publisher, name } = parseHeadKey(key);
    const seen = catalog.packages.getByDigest(recordDigest(value));
    // Each peer that answers a question brings the same bytes: they were verified when they came first.
    if (seen?.publisher === publisher && seen.name === name) return;
    const { record } = openRecord(value);
    if (record.publisher !== publisher || record.name !== name)
      throw new Error('The record belongs to another package');
    const known = catalog.packages.get(publisher, name);
    if (known !== undefined && record.seq < known.record.seq) throw new Error('A newer record is already known');
    const { outcome, reason } = sink.ingest(value);
    if (outcome === 'refused' || outcome === 'conflict' || outcome === 'older') throw new Error(reason ?? outcome);
  };
}

/** Index of the newest of several valid records. */
export const selectHead: SelectFn = (_key, values) => {
  const [newest] = values
    .map((value, index) => ({ index, opened: openRecord(value) }))
    .sort((a, b) => compareAge(b.opened, a.opened));
  return newest?.index ?? 0;
};

/** Head: the newest record of a package as a DHT value, for asking by exact id (docs/protocols/head.md). */
export class Heads {
  readonly #context: NetworkContext;
  /** When each own head was last put by this node, and how many took it. */
  readonly #lastPut = new Map<string, { readonly at: number; readonly peers: number }>();

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  task(): PeriodicTask {
    return {
      name: 'republish-heads',
      title: 'Republish own packages in the DHT',
      intervalMs: CHECK_INTERVAL_MS,
      initialDelayMs: INITIAL_DELAY_MS,
      timeoutMs: ROUND_TIMEOUT_MS,
      run: (signal) => this.#republishOwn(signal),
    };
  }

  /** Store a record. Returns how many peers acknowledged it: 0 when nobody is connected, which is no error. */
  async put(publisher: string, name: string, envelope: Uint8Array, signal: AbortSignal): Promise<number> {
    if (!this.#context.enabledProtocols.has('head')) return 0;
    return this.#context.telemetry.span('store_in_dht', { package_id: `${publisher}/${name}` }, async (span) => {
      const stored = await this.#store(publisher, name, envelope, signal);
      span.set({ dht_stored: stored });
      return stored;
    });
  }

  async #store(publisher: string, name: string, envelope: Uint8Array, signal: AbortSignal): Promise<number> {
    const { dht } = this.#context.node.libp2p.services;
    const timeoutSignal = AbortSignal.any([signal, this.#context.stopped, AbortSignal.timeout(PUT_TIMEOUT_MS)]);
    let stored = 0;
    try {
      for await (const event of dht.put(headKey(publisher, name), envelope, { signal: timeoutSignal })) {
        if (event.name === 'PEER_RESPONSE' && event.messageName === 'PUT_VALUE') stored++;
      }
    } catch (error) {
      signal.throwIfAborted();
      this.#context.log.debug(`Storing ${publisher}/${name} in the DHT was interrupted: ${errorMessage(error)}`);
    }
    if (stored > 0) this.#lastPut.set(`${publisher}/${name}`, { at: Date.now(), peers: stored });
    return stored;
  }

  /**
   * Ask the network for the newest record of a package. What is found goes through the sink; the caller then reads the
   * catalog. Ends when the answer is certain enough, at the latest when `signal` fires.
   */
  async fetch(publisher: string, name: string, signal: AbortSignal): Promise<boolean> {
    if (!this.#context.enabledProtocols.has('head')) return false;
    return this.#context.telemetry.span('query_dht', { package_id: `${publisher}/${name}` }, async (span) => {
      const found = await this.#query(publisher, name, signal);
      span.set({ 'p2p.dht.query.found': found });
      if (!found) span.end(notFoundOutcome(signal));
      return found;
    });
  }

  async #query(publisher: string, name: string, signal: AbortSignal): Promise<boolean> {
    const { dht } = this.#context.node.libp2p.services;
    const quorum = new Quorum();
    const timeoutSignal = AbortSignal.any([signal, this.#context.stopped, quorum.signal]);
    try {
      // Not contentRouting.get, nor the returned value: one stale peer that refuses a correction makes both throw.
      for await (const event of dht.get(headKey(publisher, name), { signal: timeoutSignal })) {
        const value =
          event.name === 'VALUE' ? event.value : event.name === 'PEER_RESPONSE' ? event.record?.value : undefined;
        if (value !== undefined && this.#ingest(publisher, name, value)) quorum.addAnswer();
      }
    } catch (error) {
      if (!quorum.hasAnswers) this.#context.log.debug(`Looking up ${publisher}/${name}: ${errorMessage(error)}`);
    } finally {
      quorum.end();
    }
    return quorum.hasAnswers;
  }

  #ingest(publisher: string, name: string, envelope: Uint8Array): boolean {
    const result = this.#context.sink.ingest(envelope);
    return result.publisher === publisher && result.name === name && result.outcome !== 'conflict';
  }

  /** Put those of the own heads again whose time has come. */
  async #republishOwn(signal: AbortSignal): Promise<TaskReport> {
    const { catalog, node } = this.#context;
    const due = catalog.packages.listOwn().filter(({ record }) => this.#isDue(`${record.publisher}/${record.name}`));
    if (due.length > 0 && node.peers().length === 0) {
      return { detail: 'no peers connected', nextRunInMs: INITIAL_DELAY_MS };
    }
    let pending = 0;
    for (const { record, envelope } of due) {
      if (signal.aborted) pending++;
      else if ((await this.put(record.publisher, record.name, envelope, signal)) === 0) pending++;
    }
    const nextRunInMs = due.length > 0 ? { nextRunInMs: WEAK_REPUBLISH_INTERVAL_MS } : {};
    return { detail: `${due.length - pending} of ${due.length} due`, ...nextRunInMs };
  }

  #isDue(id: string): boolean {
    const last = this.#lastPut.get(id);
    if (last === undefined) return true;
    const isWeak = last.peers < Math.min(MIN_REPLICAS, this.#context.node.peers().length);
    return isRefreshDue(last.at, isWeak ? WEAK_REPUBLISH_INTERVAL_MS : REPUBLISH_INTERVAL_MS);
  }
}
