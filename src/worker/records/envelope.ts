/**
 * The libp2p signed envelope (RFC 0002) in the one encoding that package records use.
 *
 * Protobuf `{ 1: public key, 2: payload type, 3: payload, 5: signature }`, all length-delimited, exactly these fields
 * in this order, with shortest lengths. The public key is libp2p's protobuf `{ 1: type Ed25519, 2: 32 bytes }`.
 */

import { RECORD_PAYLOAD_TYPE, concat, lengthPrefixed } from '../../identity/record-domain.ts';
import { isWeakKey } from '../../identity/weak-key.ts';
import { recordFault } from './record-faults.ts';

const TAGS = { publicKey: 0x0a, payloadType: 0x12, payload: 0x1a, signature: 0x2a } as const;
const PAYLOAD_TYPE = new TextEncoder().encode(RECORD_PAYLOAD_TYPE);
/** KeyType Ed25519 (1) in field 1, then field 2 with its 32 bytes. */
const KEY_PREFIX = Uint8Array.of(0x08, 0x01, 0x12, 0x20);
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

export interface Envelope {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly payload: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** Encodes an envelope without checking its signature. */
export function encodeEnvelope({ publicKey, payload, signature }: Envelope): Uint8Array {
  return concat(
    Uint8Array.of(TAGS.publicKey),
    lengthPrefixed(concat(KEY_PREFIX, publicKey)),
    Uint8Array.of(TAGS.payloadType),
    lengthPrefixed(PAYLOAD_TYPE),
    Uint8Array.of(TAGS.payload),
    lengthPrefixed(payload),
    Uint8Array.of(TAGS.signature),
    lengthPrefixed(signature),
  );
}

/**
 * Decodes an envelope; its parts are views of `bytes`. Accepts only the encoding of `encodeEnvelope`. Does not check
 * the signature.
 *
 * @throws GgenError RecordInvalid
 */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length === 0) throw recordFault('truncated', 'it is empty');
  if (bytes[0] !== TAGS.publicKey) throw recordFault('not-an-envelope', 'it is not a signed envelope');
  const reader = new FieldReader(bytes);
  const key = reader.field(TAGS.publicKey);
  const payloadType = reader.field(TAGS.payloadType);
  const payload = reader.field(TAGS.payload);
  const signature = reader.field(TAGS.signature);
  reader.end();
  if (!equalBytes(payloadType, PAYLOAD_TYPE)) {
    throw recordFault('wrong-payload-type', `the payload type is not ${RECORD_PAYLOAD_TYPE}`);
  }
  if (signature.length !== SIGNATURE_BYTES) {
    throw recordFault(
      'bad-signature',
      `a signature has ${SIGNATURE_BYTES} bytes, but this one has ${signature.length}`,
    );
  }
  return { publicKey: rawKey(key), payload, signature };
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function rawKey(key: Uint8Array): Uint8Array {
  const isEd25519 = equalBytes(key.subarray(0, KEY_PREFIX.length), KEY_PREFIX);
  if (!isEd25519 || key.length !== KEY_PREFIX.length + PUBLIC_KEY_BYTES) {
    throw recordFault('wrong-key-type', 'the key is not an Ed25519 key of 32 bytes');
  }
  const raw = key.subarray(KEY_PREFIX.length);
  if (isWeakKey(raw)) throw recordFault('weak-key', 'anyone can sign with its key');
  return raw;
}

class FieldReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Content of the next field, which must have this tag. */
  field(tag: number): Uint8Array {
    const found = this.#bytes[this.#offset];
    if (found === undefined) throw recordFault('truncated', 'a field of the envelope is missing at its end');
    if (found !== tag) throw recordFault('not-canonical', 'the fields of the envelope are not those of a record');
    this.#offset++;
    const length = this.#length();
    const start = this.#offset;
    this.#offset += length;
    if (this.#offset > this.#bytes.length) throw recordFault('truncated', 'the envelope ends inside a field');
    return this.#bytes.subarray(start, this.#offset);
  }

  end(): void {
    if (this.#offset !== this.#bytes.length) throw recordFault('not-canonical', 'bytes follow the envelope');
  }

  /** An unsigned varint of at most four bytes, which exceeds the size limit of a record. */
  #length(): number {
    let length = 0;
    for (let index = 0; index < 4; index++) {
      const byte = this.#bytes[this.#offset];
      if (byte === undefined) throw recordFault('truncated', 'the envelope ends inside a length');
      this.#offset++;
      length += (byte & 0x7f) * 2 ** (7 * index);
      if (byte >= 0x80) continue;
      if (byte > 0 || index === 0) return length;
      throw recordFault('not-canonical', 'a length in the envelope is not in its shortest form');
    }
    throw recordFault('too-large', 'a field of the envelope claims to be larger than any record');
  }
}
