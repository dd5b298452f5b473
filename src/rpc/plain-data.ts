import { GgenError } from '../shared/errors.ts';

/** Nesting and values of one message; they bound the work for hostile or cyclic data. */
export const PLAIN_LIMITS = { depth: 32, values: 1_000_000 } as const;

/**
 * A copy of `value` that consists of plain data only: undefined, null, strings, numbers, booleans, arrays, plain
 * objects and `Uint8Array`. Byte arrays are copied to their exact bytes, because cloning a view would clone its whole
 * backing buffer; a Node `Buffer` becomes a `Uint8Array`.
 *
 * @throws GgenError InvalidRequest, naming the path of the first value that is not plain, or data beyond `PLAIN_LIMITS`
 */
export function plainData(value: unknown, what = 'request'): unknown {
  return copy(value, { path: what, depth: 0, count: { values: 0 } });
}

interface ValuePath {
  readonly path: string;
  readonly depth: number;
  readonly count: { values: number };
}

function copy(value: unknown, at: ValuePath): unknown {
  at.count.values++;
  if (at.count.values > PLAIN_LIMITS.values) throw notPlainError(at, `more than ${PLAIN_LIMITS.values} values`);
  if (isScalar(value)) return value;
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (at.depth >= PLAIN_LIMITS.depth) throw notPlainError(at, `nested more than ${PLAIN_LIMITS.depth} levels deep`);
  if (Array.isArray(value)) return copyArray(value, at);
  if (isPlainObject(value)) return copyObject(value, at);
  throw notPlainError(at, describe(value));
}

function copyArray(values: readonly unknown[], at: ValuePath): unknown[] {
  // Checked before the loop: a few bytes can describe an array with four billion holes.
  if (Object.keys(values).length !== values.length) throw notPlainError(at, 'an array with holes or named properties');
  return values.map((value, index) => copy(value, childPath(at, `[${index}]`)));
}

function copyObject(object: Readonly<Record<string, unknown>>, at: ValuePath): Record<string, unknown> {
  if (Object.getOwnPropertySymbols(object).length > 0) throw notPlainError(at, 'an object with symbol keys');
  if (Object.hasOwn(object, '__proto__')) throw notPlainError(at, "an object with a '__proto__' property");
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, copy(value, childPath(at, `.${key}`))]));
}

function childPath(at: ValuePath, step: string): ValuePath {
  return { path: at.path + step, depth: at.depth + 1, count: at.count };
}

function isScalar(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  );
}

/** Whether this is an object made by `{}` or without a prototype, and not an instance of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  const maker: unknown = value.constructor;
  return typeof maker === 'function' && maker.name !== '' ? `an instance of ${maker.name}` : 'not plain data';
}

function notPlainError(at: ValuePath, found: string): GgenError {
  // Only data that is refused for its depth has longer paths.
  const path = at.path.length > 200 ? `${at.path.slice(0, 200)}…` : at.path;
  return new GgenError(
    'InvalidRequest',
    `Only plain data can be sent to the engine, but ${path} is ${found}. Use strings, numbers, booleans, Uint8Array, ` +
      'arrays, and objects of those.',
    { details: { path } },
  );
}
