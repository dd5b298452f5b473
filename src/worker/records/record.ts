/** Signed records: publishers seal them, and every peer opens and verifies them. */

import { createHash } from 'node:crypto';
import { publicKeyFromPublisherId } from '../../identity/publisher-id.ts';
import { verifySignature, verifySignatureOffThread } from '../../identity/publisher-key.ts';
import { recordBytesToSign } from '../../identity/record-domain.ts';
import { LIMITS } from '../../shared/limits.ts';
import { GgenError } from '../../shared/errors.ts';
import { decodeEnvelope, encodeEnvelope } from './envelope.ts';
import { recordFault } from './record-faults.ts';
import { decodePayload, encodePayload } from './payload.ts';
import type { OpenedRecord, PackageRecord } from './package-record.ts';
import { assertNoFutureTimes } from './record-times.ts';
import { cachedPublisherId } from './publisher-id-cache.ts';

export type { OpenedRecord, PackageRecord };
export { encodePayload };

export interface OpenOptions {
  /**
   * Current time in milliseconds since the Unix epoch; defaults to the system's clock. `Infinity` for a record of this
   * machine's own publisher that was checked when it was stored: the clock may have been set back since.
   */
  readonly now?: number;
}

/** The bytes that the publisher key signs (Ed25519, no pre-hash) for a payload of `encodePayload`. */
export function bytesToSign(payload: Uint8Array): Uint8Array {
  return recordBytesToSign(payload);
}

/**
 * Builds the signed envelope of a payload, ready to be stored and sent. The signer's key is the record's publisher.
 *
 * @throws GgenError SignatureInvalid when the signature does not match `bytesToSign(payload)` and the publisher,
 *   RecordInvalid
 */
export function sealRecord(payload: Uint8Array, signature: Uint8Array): Uint8Array {
  const publicKey = publicKeyFromPublisherId(decodePayload(payload).publisher);
  if (!verifySignature(publicKey, bytesToSign(payload), signature)) {
    throw new GgenError('SignatureInvalid', 'The signature does not match this record and its publisher.');
  }
  return encodeEnvelope({ publicKey, payload, signature });
}

/** A record whose size and envelope are valid and whose signature is not verified yet. */
export interface SealedRecord {
  readonly envelope: Uint8Array;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly digest: string;
}

/**
 * Verifies an untrusted record.
 *
 * Checks run from cheap to expensive, so that a flood of records costs little: size; envelope (no copy); signature,
 * whose cost the sender cannot raise; structure, decoding, fields, canonical form; the time last, because only its
 * result changes. A record with a known digest need not be opened again. To open many records, call the steps
 * separately: `unsealRecord`, `isSignatureValidOffThread`, `openSealed`.
 *
 * @throws GgenError RecordInvalid with a `RecordFault` in `details.reason`
 */
export function openRecord(envelope: Uint8Array, options: OpenOptions = {}): OpenedRecord {
  const sealed = unsealRecord(envelope);
  const { publicKey, payload, signature } = sealed;
  return openSealed(sealed, verifySignature(publicKey, bytesToSign(payload), signature), options);
}

/** First step: checks size and envelope. @throws GgenError RecordInvalid */
export function unsealRecord(envelope: Uint8Array): SealedRecord {
  if (envelope.length > LIMITS.maxRecordBytes) {
    throw recordFault('too-large', `it has ${envelope.length} bytes, at most ${LIMITS.maxRecordBytes} are allowed`);
  }
  // A copy, because the caller's bytes may be a view of a reused buffer.
  const own = Uint8Array.from(envelope);
  return { ...decodeEnvelope(own), envelope: own, digest: recordDigest(own) };
}

/** Second step: verifies the signature on another thread. */
export function isSignatureValidOffThread({ publicKey, payload, signature }: SealedRecord): Promise<boolean> {
  return verifySignatureOffThread(publicKey, bytesToSign(payload), signature);
}

/**
 * Last step: checks the payload.
 *
 * @param signatureValid result of the second step
 * @throws GgenError RecordInvalid
 */
export function openSealed(sealed: SealedRecord, signatureValid: boolean, options: OpenOptions = {}): OpenedRecord {
  if (!signatureValid) throw recordFault('bad-signature', 'the signature is not valid');
  const { envelope, publicKey, payload, digest } = sealed;
  const record = decodePayload(payload);
  if (record.publisher !== cachedPublisherId(publicKey)) {
    throw recordFault('publisher-mismatch', "it was signed with a key other than its publisher's", 'publisher');
  }
  assertNoFutureTimes(record, options.now ?? Date.now());
  return { record, envelope, digest };
}

/** SHA-256 of an envelope in lower-case hex, which identifies a record. */
export function recordDigest(envelope: Uint8Array): string {
  return createHash('sha256').update(envelope).digest('hex');
}
