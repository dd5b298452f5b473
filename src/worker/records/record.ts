/** Signed records: put together by who publishes, opened and verified by everybody else. */

import { createHash } from 'node:crypto';
import { publicKeyFromPublisherId } from '../../identity/publisher-id.ts';
import { verifySignature, verifySignatureOffThread } from '../../identity/publisher-key.ts';
import { recordBytesToSign } from '../../identity/record-domain.ts';
import { LIMITS } from '../../shared/defaults.ts';
import { GgenError } from '../../shared/errors.ts';
import { decodeEnvelope, encodeEnvelope } from './envelope.ts';
import { recordFault } from './record-faults.ts';
import { decodePayload, encodePayload } from './payload.ts';
import type { OpenedRecord, PackageRecord } from './package-record.ts';
import { cachedPublisherId } from './publisher-id-cache.ts';

export type { OpenedRecord, PackageRecord };
export { encodePayload };

export interface OpenOptions {
  /** The present, in milliseconds since the Unix epoch; the system's clock when left out. */
  readonly now?: number;
}

/** Exactly what the publisher key signs (Ed25519, no pre-hash) for a payload of `encodePayload`. */
export function bytesToSign(payload: Uint8Array): Uint8Array {
  return recordBytesToSign(payload);
}

/**
 * The signed envelope of a payload, ready to be stored and sent. The signer's key is the record's publisher. Throws
 * SignatureInvalid when the signature is not that publisher's over `bytesToSign(payload)`, RecordInvalid when the payload is
 * no record.
 */
export function sealRecord(payload: Uint8Array, signature: Uint8Array): Uint8Array {
  const publicKey = publicKeyFromPublisherId(decodePayload(payload).publisher);
  if (!verifySignature(publicKey, bytesToSign(payload), signature)) {
    throw new GgenError('SignatureInvalid', 'The signature does not match this record and its publisher.');
  }
  return encodeEnvelope({ publicKey, payload, signature });
}

/** A record whose size and envelope are right, and whose signature was not looked at yet. */
export interface SealedRecord {
  readonly envelope: Uint8Array;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly digest: string;
}

/**
 * Verify a record that came from anywhere. Throws RecordInvalid with a `RecordFault` in `details.reason`.
 *
 * The order is from cheap to expensive, so that a flood costs little: size; envelope (no copy); signature, whose cost
 * has a bound that the sender cannot raise; then structure, decoding, fields, canonical form; the time last, because it is
 * the only check whose answer changes. Who has seen a `digest` before need not open the record again. Who opens many takes
 * the three steps apart: `unsealRecord`, `isGenuineAside`, `openSealed`.
 */
export function openRecord(envelope: Uint8Array, options: OpenOptions = {}): OpenedRecord {
  const sealed = unsealRecord(envelope);
  const { publicKey, payload, signature } = sealed;
  return openSealed(sealed, verifySignature(publicKey, bytesToSign(payload), signature), options);
}

/** First step: size and envelope. Throws RecordInvalid. */
export function unsealRecord(envelope: Uint8Array): SealedRecord {
  if (envelope.length > LIMITS.maxRecordBytes) {
    throw recordFault('too-large', `it has ${envelope.length} bytes, at most ${LIMITS.maxRecordBytes} are allowed`);
  }
  // A copy of its own: the caller's bytes may be a view of a buffer that is used again.
  const own = Uint8Array.from(envelope);
  return { ...decodeEnvelope(own), envelope: own, digest: recordDigest(own) };
}

/** Second step, on another thread: whether the signature is that of the key. */
export function isSignatureValidOffThread({ publicKey, payload, signature }: SealedRecord): Promise<boolean> {
  return verifySignatureOffThread(publicKey, bytesToSign(payload), signature);
}

/** Last step: everything that the payload says. @param signatureValid what came of the second step. Throws RecordInvalid. */
export function openSealed(sealed: SealedRecord, signatureValid: boolean, options: OpenOptions = {}): OpenedRecord {
  if (!signatureValid) throw recordFault('bad-signature', 'the signature is not valid');
  const { envelope, publicKey, payload, digest } = sealed;
  const record = decodePayload(payload);
  if (record.publisher !== cachedPublisherId(publicKey)) {
    throw recordFault('publisher-mismatch', "it was signed with a key other than its publisher's", 'publisher');
  }
  checkTime(record, options.now ?? Date.now());
  return { record, envelope, digest };
}

/** SHA-256 of an envelope in lower-case hex: what a record is known by before and after it is opened. */
export function recordDigest(envelope: Uint8Array): string {
  return createHash('sha256').update(envelope).digest('hex');
}

function checkTime(record: PackageRecord, now: number): void {
  const latest = now + LIMITS.maxClockSkewMs;
  if (record.updated > latest) throw recordFault('from-the-future', 'its time is in the future', 'updated');
  const index = record.releases.findIndex((release) => release.published > latest);
  if (index >= 0) {
    const field = `releases[${index}].published`;
    throw recordFault('from-the-future', `the time of ${field} is in the future`, field);
  }
}
