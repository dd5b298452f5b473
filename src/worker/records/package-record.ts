/** The package record in memory: texts for keys and CIDs. On the wire it is DAG-CBOR in a signed envelope. */

import type { PackageMetadata, Release } from '../../shared/model.ts';

/** All that a publisher says of one package: what it is, and every release of it. */
export interface PackageRecord {
  /** Publisher id, `z6Mk…`. */
  readonly publisher: string;
  readonly name: string;
  /** Grows with each record of the package; the first has 1. */
  readonly seq: number;
  /** Milliseconds since the Unix epoch, by the publisher's clock; grows with each record. */
  readonly updated: number;
  readonly metadata: PackageMetadata;
  /** Ascending by version, at least one. */
  readonly releases: readonly Release[];
}

/** A record that was verified, with the bytes that prove it. */
export interface OpenedRecord {
  readonly record: PackageRecord;
  /** The signed envelope, exactly as it is stored and passed on. */
  readonly envelope: Uint8Array;
  /** SHA-256 of the envelope, in lower-case hex. */
  readonly digest: string;
}

/** `publisher/name` of a record. */
export function packageIdOf(record: PackageRecord): string {
  return `${record.publisher}/${record.name}`;
}
