/**
 * Checks a payload's CBOR before the decoder builds values from it.
 *
 * The decoder recurses and allocates as the bytes demand; this scan does neither. It accepts only values that a record
 * can contain: shortest-form heads, definite lengths, integers, text, bytes, lists, maps with text keys, booleans, and
 * tag 42 around the CIDs that records use. The order and duplicates of keys, and UTF-8, are checked by comparing with
 * the re-encoded value. Source: RFC 8949; DAG-CBOR specification (IPLD).
 */

import { DAG_PB, RAW } from '../dag/codecs.ts';
import { equalBytes } from './envelope.ts';
import { recordFault } from './record-faults.ts';

/** record > releases > release > dependencies > dependency */
const MAX_DEPTH = 5;
/** Prefix and content of a CIDv1 with sha2-256 in bytes: 0x00, version, codec, 0x12 0x20, digest. */
const CID_BYTES = 37;
const CID_TAG = 42;
const CODECS: readonly number[] = [DAG_PB, RAW];

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const LIST = 4;
const MAP = 5;
const TAG = 6;

/** @throws GgenError RecordInvalid (`truncated`, `not-canonical`, `too-deep`, `wrong-type`, `bad-number`, `bad-cid`) */
export function scanPayload(bytes: Uint8Array): void {
  const scanner = new Scanner(bytes);
  scanner.run();
}

/** An open list or map; `remaining` counts its missing items, where keys and values count separately. */
interface OpenContainer {
  remaining: number;
  readonly map: boolean;
}

class Scanner {
  readonly #bytes: Uint8Array;
  #offset = 0;
  readonly #open: OpenContainer[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  run(): void {
    do {
      const inside = this.#open.at(-1);
      const isKey = inside?.map === true && inside.remaining % 2 === 0;
      if (inside !== undefined) inside.remaining--;
      this.#item(isKey);
      while (this.#open.at(-1)?.remaining === 0) this.#open.pop();
    } while (this.#open.length > 0);
    if (this.#offset !== this.#bytes.length) throw recordFault('not-canonical', 'bytes follow the record');
  }

  #item(isKey: boolean): void {
    const head = this.#byte();
    const major = head >> 5;
    const info = head & 0x1f;
    if (isKey && major !== TEXT) throw recordFault('wrong-type', 'a map has a key that is not text');
    if (major === 7) {
      this.#simple(info);
      return;
    }
    const argument = this.#argument(info);
    if (major === BYTES || major === TEXT) this.#skip(argument);
    else if (major === LIST || major === MAP) this.#enter(argument, major === MAP);
    else if (major === TAG) this.#cid(argument);
    else if (major === NEGATIVE) throw recordFault('bad-number', 'it contains a negative number');
    else if (major === UNSIGNED && !Number.isSafeInteger(argument)) {
      throw recordFault('bad-number', 'it contains a number above 2^53 - 1');
    }
  }

  #simple(info: number): void {
    if (info === 31) throw recordFault('not-canonical', 'it contains an item of indefinite length');
    if (info >= 25 && info <= 27) throw recordFault('bad-number', 'it contains a floating-point number');
    if (info !== 20 && info !== 21) throw recordFault('wrong-type', 'it contains a value of an unsupported type');
  }

  #enter(count: number, map: boolean): void {
    if (this.#open.length >= MAX_DEPTH) throw recordFault('too-deep', `it is nested deeper than ${MAX_DEPTH} levels`);
    const remaining = map ? count * 2 : count;
    // Each item takes at least one byte.
    if (remaining > this.#bytes.length - this.#offset) throw recordFault('truncated', 'it ends inside a list or map');
    this.#open.push({ remaining, map });
  }

  #cid(tag: number): void {
    if (tag !== CID_TAG) throw recordFault('wrong-type', `it contains the CBOR tag ${tag}`);
    if (this.#byte() !== 0x58 || this.#byte() !== CID_BYTES) {
      throw recordFault('bad-cid', 'a link is not a CIDv1 with sha2-256');
    }
    const start = this.#offset;
    this.#skip(CID_BYTES);
    const [zero, version, codec, ...hash] = this.#bytes.subarray(start, start + 5);
    const known = zero === 0 && version === 1 && codec !== undefined && CODECS.includes(codec);
    if (!known || !equalBytes(Uint8Array.from(hash), Uint8Array.of(0x12, 0x20))) {
      throw recordFault('bad-cid', 'a link is not a CIDv1 of dag-pb or raw with sha2-256');
    }
  }

  /** Reads the number after a head; it must have the shortest form. */
  #argument(info: number): number {
    if (info < 24) return info;
    if (info > 27) throw recordFault('not-canonical', 'it contains an indefinite or reserved length');
    const size = 2 ** (info - 24);
    let value = 0;
    for (let index = 0; index < size; index++) value = value * 256 + this.#byte();
    const minimum = size === 1 ? 24 : 2 ** (size * 4);
    if (value < minimum) throw recordFault('not-canonical', 'a number is not in its shortest form');
    return value;
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw recordFault('truncated', 'it ends inside a value');
    this.#offset++;
    return byte;
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.#offset) throw recordFault('truncated', 'it ends inside a value');
    this.#offset += length;
  }
}
