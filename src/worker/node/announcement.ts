import { createHash } from 'node:crypto';

/**
 * A message of the gossip topic: a package record, followed by the claim of the peer that announced it first
 * (docs/protocols/announce.md).
 *
 * Claim: the peer's raw Ed25519 public key, 32 bytes, and its signature, 64 bytes, over `ggen-announce:` and the SHA-256 of the
 * record. The message id is that SHA-256 alone, so that a record is one message with any claim, and a peer cannot
 * suppress a record by announcing it with a false claim.
 */
export interface Announcement {
  readonly record: Uint8Array;
  /** Raw public key of the peer that claims to serve the package. */
  readonly providerKey: Uint8Array;
  /** Over `claimSigningBytes(record)`, unverified. */
  readonly signature: Uint8Array;
}

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Bytes that a claim adds to a record. */
export const CLAIM_BYTES = KEY_BYTES + SIGNATURE_BYTES;
const CLAIM_PREFIX = Buffer.from('ggen-announce:');

/** Splits a message into its parts, which are views of it. A message shorter than a claim has an empty record. */
export function decodeAnnouncement(data: Uint8Array): Announcement {
  const end = Math.max(data.length - CLAIM_BYTES, 0);
  return {
    record: data.subarray(0, end),
    providerKey: data.subarray(end, end + KEY_BYTES),
    signature: data.subarray(end + KEY_BYTES),
  };
}

export function encodeAnnouncement({ record, providerKey, signature }: Announcement): Uint8Array {
  return Buffer.concat([record, providerKey, signature]);
}

/** The bytes that the first announcing peer signs. */
export function claimSigningBytes(record: Uint8Array): Uint8Array {
  return Buffer.concat([CLAIM_PREFIX, announcementId(record)]);
}

/** SHA-256 of a record: the message id. */
export function announcementId(record: Uint8Array): Uint8Array {
  return createHash('sha256').update(record).digest();
}
