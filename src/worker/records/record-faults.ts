/** Why a package record is invalid. */

import { GgenError } from '../../shared/errors.ts';

/**
 * Literal reasons, described in docs/protocols/package-record.md. A signature in another domain is a `bad-signature`:
 * the domain is signed but not sent, so the two cannot be distinguished.
 */
export const RECORD_FAULTS = [
  'too-large', // more than 64 KiB, or a length that JavaScript cannot represent
  'truncated', // the bytes end inside a field or a value
  'not-an-envelope', // not the protobuf of a libp2p signed envelope
  'wrong-payload-type',
  'wrong-key-type', // not an Ed25519 key of 32 bytes
  'weak-key', // a key of small order, for which anyone can create signatures
  'bad-signature',
  'publisher-mismatch', // the record names another publisher than the one that signed it
  'not-canonical', // another encoding than the canonical one
  'too-deep',
  'wrong-version', // of the record's format
  'missing-field',
  'unknown-field',
  'wrong-type',
  'bad-name',
  'bad-semver',
  'bad-range', // a dependency's requirement
  'bad-dependency', // a dependency's id
  'duplicate-version',
  'duplicate-entry', // a duplicate category, tag, author or dependency
  'unsorted', // releases must be ascending
  'bad-cid', // not CIDv1 with dag-pb or raw and sha2-256
  'from-the-future',
  'text-too-long',
  'empty-text',
  'forbidden-character', // control, bidirectional, invisible, lone surrogate, or not NFC
  'too-many',
  'too-few', // a record without a release
  'bad-number', // negative, fractional, unsafe, or above its limit
  'bad-url',
  'unknown-kind', // of manifest
  'bad-dist-tag', // no dist-tag, or one that names no release that is not yanked
] as const;

export type RecordFault = (typeof RECORD_FAULTS)[number];

/** Creates the error of an invalid record. `details.reason` is the fault, `details.field` its location if known. */
export function recordFault(reason: RecordFault, message: string, field = ''): GgenError {
  return new GgenError('RecordInvalid', `Package record rejected: ${message}.`, {
    details: field === '' ? { reason } : { reason, field },
  });
}
