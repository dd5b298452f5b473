/**
 * The bytes that a publisher key signs: package records, and nothing else.
 *
 * The bytes are those of a libp2p signed envelope (RFC 0002): domain, payload type and payload, each preceded by its
 * length as an unsigned varint. Because of the domain, the signature is valid in no other protocol.
 */

import { varint } from 'multiformats';

/** Domain separation string of package records. */
export const RECORD_DOMAIN = 'ggen-package-record';

/** Payload type inside the envelope; its last segment is the version of the format. */
export const RECORD_PAYLOAD_TYPE = '/ggen/package-record/1';

/** The beginning of all bytes that a publisher key signs: domain and payload type, each with its length. */
export const RECORD_PREFIX: Uint8Array = concat(
  lengthPrefixed(new TextEncoder().encode(RECORD_DOMAIN)),
  lengthPrefixed(new TextEncoder().encode(RECORD_PAYLOAD_TYPE)),
);

/** The bytes that the publisher signs for a record's payload (DAG-CBOR). */
export function recordBytesToSign(payload: Uint8Array): Uint8Array {
  return concat(RECORD_PREFIX, lengthPrefixed(payload));
}

/** Whether these bytes have the form of `recordBytesToSign`: the prefix, then a length that spans all the rest. */
export function isRecordToSign(bytes: Uint8Array): boolean {
  if (!RECORD_PREFIX.every((byte, index) => bytes[index] === byte)) return false;
  const rest = bytes.length - RECORD_PREFIX.length;
  // The length takes one to five bytes. It is computed for each size and compared, and never read from the bytes.
  for (let size = 1; size <= 5 && size <= rest; size++) {
    const length = rest - size;
    if (varint.encodingLength(length) !== size) continue;
    const expected = varint.encodeTo(length, new Uint8Array(size));
    return expected.every((byte, index) => bytes[RECORD_PREFIX.length + index] === byte);
  }
  return false;
}

/** The bytes with their length in front, as an unsigned varint. */
export function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  return concat(varint.encodeTo(bytes.length, new Uint8Array(varint.encodingLength(bytes.length))), bytes);
}

/** A new array with a copy of all parts. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
