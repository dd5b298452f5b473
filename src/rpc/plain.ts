import { GgenError } from '../shared/errors.ts';

/** Deepest nesting and most values that one message may have: bounds the work on hostile or cyclic data. */
export const PLAIN_LIMITS = { depth: 32, values: 1_000_000 } as const;

/**
 * A copy of `value` in the only data that crosses the boundary: undefined, null, strings, numbers, booleans, arrays,
 * plain objects and `Uint8Array`. Byte arrays are copied to their exact bytes, because a view carries its whole backing
 * buffer with it, and a Node `Buffer` becomes a `Uint8Array`.
 *
 * @throws GgenError InvalidRequest, naming the place of the first value of another kind, too much or too deep data.
 */
export function plainData(value: unknown, what = 'request'): unknown {
  return copy(value, { path: what, depth: 0, count: { values: 0 } });
}

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly count: { values: number };
}

function copy(value: unknown, place: Place): unknown {
  place.count.values++;
  if (place.count.values > PLAIN_LIMITS.values) throw refused(place, `more than ${PLAIN_LIMITS.values} values`);
  if (isScalar(value)) return value;
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (place.depth >= PLAIN_LIMITS.depth) throw refused(place, `nested more than ${PLAIN_LIMITS.depth} levels deep`);
  if (Array.isArray(value)) return copyArray(value, place);
  if (isPlainObject(value)) return copyObject(value, place);
  throw refused(place, describe(value));
}

function copyArray(values: readonly unknown[], place: Place): unknown[] {
  // Checked before the loop: a few bytes can describe an array of four thousand million holes.
  if (Object.keys(values).length !== values.length) throw refused(place, 'an array with holes or named members');
  return values.map((value, index) => copy(value, inside(place, `[${index}]`)));
}

function copyObject(object: Readonly<Record<string, unknown>>, place: Place): Record<string, unknown> {
  if (Object.getOwnPropertySymbols(object).length > 0) throw refused(place, 'an object with symbol keys');
  if (Object.hasOwn(object, '__proto__')) throw refused(place, "an object with a member '__proto__'");
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, copy(value, inside(place, `.${key}`))]));
}

function inside(place: Place, step: string): Place {
  return { path: place.path + step, depth: place.depth + 1, count: place.count };
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

/** An object made by `{}` or without a prototype, not an instance of a class. */
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

function refused(place: Place, found: string): GgenError {
  // Long paths only occur in data that is refused for its depth.
  const path = place.path.length > 200 ? `${place.path.slice(0, 200)}…` : place.path;
  return new GgenError(
    'InvalidRequest',
    `Only plain data crosses to the engine, but ${path} is ${found}. Pass strings, numbers, booleans, Uint8Array, ` +
      'arrays and objects of those.',
    { details: { path } },
  );
}
