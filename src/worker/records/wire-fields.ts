/** Readers for decoded DAG-CBOR values: each returns a valid field or throws RecordInvalid. */

import { CID } from 'multiformats/cid';
import { recordFault } from './record-faults.ts';
import { checkText } from './record-text.ts';
import type { TextRule } from './record-text.ts';

export type WireFields = Readonly<Record<string, unknown>>;

/** A map with all `required` keys and no others than `optional` ones. */
export function readMap(
  value: unknown,
  field: string,
  required: readonly string[],
  optional: readonly string[] = [],
): WireFields {
  if (!isMap(value)) throw wrongType(field, 'a map');
  for (const name of required) {
    if (!Object.hasOwn(value, name)) throw recordFault('missing-field', `${field} has no '${name}'`, field);
  }
  for (const name of Object.keys(value)) {
    if (!required.includes(name) && !optional.includes(name)) {
      throw recordFault('unknown-field', `${field} has the unknown field '${name.slice(0, 64)}'`, field);
    }
  }
  return value;
}

/** A list of at most `max` items. */
export function readList(value: unknown, field: string, max: number): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(field, 'a list');
  if (value.length > max) {
    throw recordFault('too-many', `${field} has ${value.length} entries, at most ${max} are allowed`, field);
  }
  return value;
}

export function readText(value: unknown, field: string, rule: TextRule): string {
  if (typeof value !== 'string') throw wrongType(field, 'text');
  checkText(value, rule, field);
  return value;
}

/** A list of different, non-empty texts. */
export function readTexts(value: unknown, field: string, max: number, rule: TextRule): readonly string[] {
  const texts = readList(value, field, max).map((text, index) => readText(text, `${field}[${index}]`, rule));
  if (new Set(texts).size !== texts.length) throw recordFault('duplicate-entry', `${field} repeats an entry`, field);
  return texts;
}

/** An integer from `min` to `max`. */
export function readInteger(value: unknown, field: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw wrongType(field, 'a number');
  if (typeof value === 'bigint' || !Number.isSafeInteger(value) || value < min || value > max) {
    throw recordFault('bad-number', `${field} is not a whole number from ${min} to ${max}`, field);
  }
  return value;
}

export function readBoolean(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw wrongType(field, 'true or false');
  return value;
}

/** Text form of a link. The scan has checked which CIDs are allowed. */
export function readLink(value: unknown, field: string): string {
  const cid = CID.asCID(value);
  if (cid === null) throw wrongType(field, 'a link');
  return cid.toString();
}

export function readBytes(value: unknown, field: string, length: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length !== length) throw wrongType(field, `${length} bytes`);
  return value;
}

export function wrongType(field: string, expected: string): Error {
  return recordFault('wrong-type', `${field} is not ${expected}`, field);
}

function isMap(value: unknown): value is WireFields {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    CID.asCID(value) === null
  );
}
