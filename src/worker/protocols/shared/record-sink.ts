/** What became of a record that arrived. */
export interface IngestResult {
  /**
   * `new`: the package was unknown. `newer`: the record replaces the known one. `same` and `older`: nothing changed.
   * `refused`: the record is not valid. `conflict`: validly signed, but it contradicts what the publisher signed before.
   */
  readonly outcome: 'new' | 'newer' | 'same' | 'older' | 'refused' | 'conflict';
  /** Present unless refused. */
  readonly publisher?: string;
  readonly name?: string;
  /** Why the record was refused or is in conflict. */
  readonly reason?: string;
}

/** The one entrance for records of all protocols: they are verified, compared with what is known, and stored. */
export interface RecordSink {
  ingest(envelope: Uint8Array): IngestResult;
  /** Takes many records without blocking the event loop; the results are in the order of the records. */
  ingestMany(envelopes: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly IngestResult[]>;
}

/**
 * Whether a refusal proves that the sender did not verify the record. A record from the future proves nothing: clocks differ,
 * and this machine's may be the wrong one.
 */
export function isInvalidRecord({ outcome, reason }: IngestResult): boolean {
  return outcome === 'refused' && reason !== 'from-the-future';
}
