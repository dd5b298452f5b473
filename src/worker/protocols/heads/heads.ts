import type { ValidateFn, SelectFn } from '@libp2p/kad-dht';
import { errorMessage } from '../../../shared/errors.ts';
import type { Catalogue } from '../../catalog/catalogue.ts';
import { compareAge } from '../../records/compare.ts';
import { openRecord, recordDigest } from '../../records/record.ts';
import type { Task, TaskReport } from '../../maintenance/scheduler.ts';
import { isDueAgain } from '../again.ts';
import { Certainty } from '../certainty.ts';
import type { NetworkContext, RecordSink } from '../context.ts';
import { headKey, parseHeadKey } from './head-key.ts';
import { unfound } from '../../telemetry/span.ts';

/** Values expire after 48 h in the DHT and are never put again by it. */
const REPUT_MS = 8 * 60 * 60 * 1000;
/** How often is looked whether something is due, and how soon after the start: the routing table is empty at first. */
const LOOK_MS = 10 * 60 * 1000;
const FIRST_LOOK_MS = 2_000;
const ROUND_BOUND_MS = 5 * 60 * 1000;
const PUT_BOUND_MS = 10_000;
/** A head that few took is put again sooner: the routing table was small then. */
const WEAK_REPUT_MS = 60_000;
const WELL_KNOWN = 10;

/**
 * What other nodes may store here, and what counts as an answer. Stateful on purpose: the DHT's PUT never calls the
 * selector, so an old valid record would replace a newer one if the validator did not know the newer one.
 */
export function headValidator(catalogue: Catalogue, sink: RecordSink): ValidateFn {
  return (key, value) => {
    const { publisher, name } = parseHeadKey(key);
    const seen = catalogue.packages.byDigest(recordDigest(value));
    // Each peer that answers a question brings the same bytes: they were verified when they came first.
    if (seen?.publisher === publisher && seen.name === name) return;
    const { record } = openRecord(value);
    if (record.publisher !== publisher || record.name !== name) throw new Error('The record is of another package');
    const known = catalogue.packages.get(publisher, name);
    if (known !== undefined && record.seq < known.record.seq) throw new Error('A newer record is known');
    const { outcome, reason } = sink.take(value);
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
  readonly #put = new Map<string, { readonly at: number; readonly peers: number }>();

  constructor(context: NetworkContext) {
    this.#context = context;
  }

  task(): Task {
    return {
      name: 'put-heads',
      title: 'Put own packages into the DHT again',
      every: LOOK_MS,
      first: FIRST_LOOK_MS,
      bound: ROUND_BOUND_MS,
      run: (signal) => this.#putOwn(signal),
    };
  }

  /** Store a record. Returns how many peers acknowledged it: 0 when nobody is connected, which is no error. */
  async put(publisher: string, name: string, envelope: Uint8Array, signal: AbortSignal): Promise<number> {
    if (!this.#context.paths.has('head')) return 0;
    return this.#context.telemetry.span('store_in_dht', { package_id: `${publisher}/${name}` }, async (span) => {
      const stored = await this.#store(publisher, name, envelope, signal);
      span.set({ dht_stored: stored });
      return stored;
    });
  }

  async #store(publisher: string, name: string, envelope: Uint8Array, signal: AbortSignal): Promise<number> {
    const { dht } = this.#context.node.libp2p.services;
    const bound = AbortSignal.any([signal, this.#context.stopped, AbortSignal.timeout(PUT_BOUND_MS)]);
    let stored = 0;
    try {
      for await (const event of dht.put(headKey(publisher, name), envelope, { signal: bound })) {
        if (event.name === 'PEER_RESPONSE' && event.messageName === 'PUT_VALUE') stored++;
      }
    } catch (error) {
      signal.throwIfAborted();
      this.#context.log.debug(`Storing ${publisher}/${name} in the DHT ended early: ${errorMessage(error)}`);
    }
    if (stored > 0) this.#put.set(`${publisher}/${name}`, { at: Date.now(), peers: stored });
    return stored;
  }

  /**
   * Ask the network for the newest record of a package. What is found goes through the sink; the caller then reads the
   * catalogue. Ends when the answer is certain enough, at the latest when `signal` fires.
   */
  async fetch(publisher: string, name: string, signal: AbortSignal): Promise<boolean> {
    if (!this.#context.paths.has('head')) return false;
    return this.#context.telemetry.span('query_dht', { package_id: `${publisher}/${name}` }, async (span) => {
      const found = await this.#query(publisher, name, signal);
      span.set({ 'p2p.dht.query.found': found });
      if (!found) span.end(unfound(signal));
      return found;
    });
  }

  async #query(publisher: string, name: string, signal: AbortSignal): Promise<boolean> {
    const { dht } = this.#context.node.libp2p.services;
    const certainty = new Certainty();
    const bound = AbortSignal.any([signal, this.#context.stopped, certainty.signal]);
    try {
      // Not contentRouting.get, nor the returned value: one stale peer that refuses a correction makes both throw.
      for await (const event of dht.get(headKey(publisher, name), { signal: bound })) {
        const value =
          event.name === 'VALUE' ? event.value : event.name === 'PEER_RESPONSE' ? event.record?.value : undefined;
        if (value !== undefined && this.#take(publisher, name, value)) certainty.answered();
      }
    } catch (error) {
      if (!certainty.any) this.#context.log.debug(`Asking for ${publisher}/${name}: ${errorMessage(error)}`);
    } finally {
      certainty.end();
    }
    return certainty.any;
  }

  #take(publisher: string, name: string, envelope: Uint8Array): boolean {
    const result = this.#context.sink.take(envelope);
    return result.publisher === publisher && result.name === name && result.outcome !== 'conflict';
  }

  /** Put those of the own heads again whose time has come. */
  async #putOwn(signal: AbortSignal): Promise<TaskReport> {
    const { catalogue, node } = this.#context;
    const due = catalogue.packages.own().filter(({ record }) => this.#isDue(`${record.publisher}/${record.name}`));
    if (due.length > 0 && node.peers().length === 0) {
      return { detail: 'nobody is connected', again: FIRST_LOOK_MS };
    }
    let untold = 0;
    for (const { record, envelope } of due) {
      if (signal.aborted) untold++;
      else if ((await this.put(record.publisher, record.name, envelope, signal)) === 0) untold++;
    }
    const again = due.length > 0 ? { again: WEAK_REPUT_MS } : {};
    return { detail: `${due.length - untold} of ${due.length} that were due`, ...again };
  }

  #isDue(id: string): boolean {
    const last = this.#put.get(id);
    if (last === undefined) return true;
    const weak = last.peers < Math.min(WELL_KNOWN, this.#context.node.peers().length);
    return isDueAgain(last.at, weak ? WEAK_REPUT_MS : REPUT_MS);
  }
}
