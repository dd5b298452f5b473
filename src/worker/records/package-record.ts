/** The package record in memory: keys and CIDs are texts. On the wire it is DAG-CBOR in a signed envelope. */

import type { DistTag, PackageMetadata, Release } from '../../shared/model.ts';

/** A publisher's statement about one package: its metadata and all releases. */
export interface PackageRecord {
  /** Publisher id, `z6Mk…`. */
  readonly publisher: string;
  readonly name: string;
  /** Sequence number: 1 for the first record of a package, higher for each later one. */
  readonly seq: number;
  /** Milliseconds since the Unix epoch by the publisher's clock; higher for each later record. */
  readonly updated: number;
  readonly metadata: PackageMetadata;
  /** Ascending by version, at least one. */
  readonly releases: readonly Release[];
  /** Ascending by tag; absent when there are none. */
  readonly distTags?: readonly DistTag[];
}

/** A verified record with its signed bytes. */
export interface OpenedRecord {
  readonly record: PackageRecord;
  /** The signed envelope, exactly as stored and sent. */
  readonly envelope: Uint8Array;
  /** SHA-256 of the envelope, in lower-case hex. */
  readonly digest: string;
}

/** `publisher/name` of a record. */
export function packageIdOf(record: PackageRecord): string {
  return `${record.publisher}/${record.name}`;
}
