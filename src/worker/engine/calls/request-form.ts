import type { CallName } from '../../../shared/api/index.ts';
import { GgenError } from '../../../shared/errors.ts';

/** What a field of a request may hold. */
const FIELD_KINDS = {
  text: { test: isText, expected: 'a string' },
  number: { test: isNumber, expected: 'a number' },
  flag: { test: (value: unknown) => typeof value === 'boolean', expected: 'true or false' },
  bytes: { test: (value: unknown) => value instanceof Uint8Array, expected: 'bytes' },
  texts: { test: (value: unknown) => Array.isArray(value) && value.every(isText), expected: 'a list of strings' },
  map: {
    test: (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
    expected: 'an object',
  },
  section: {
    test: (value: unknown) => value === 'published' || value === 'installed' || value === 'network',
    expected: "'published', 'installed', or 'network'",
  },
} as const;

type FieldKind = keyof typeof FIELD_KINDS;

/** The kinds that fit a field's type. */
type KindOf<Value> = Value extends string
  ? 'text' | 'section'
  : Value extends number
    ? 'number'
    : Value extends boolean
      ? 'flag'
      : Value extends Uint8Array
        ? 'bytes'
        : Value extends readonly string[]
          ? 'texts'
          : 'map';

/** The form of a request: one kind for each field of its type, with a question mark where the field may be absent. */
export type RequestForm<Request> = {
  readonly [Field in keyof Request & string]-?: undefined extends Request[Field]
    ? `${KindOf<Exclude<Request[Field], undefined>>}?`
    : KindOf<Request[Field]>;
};

/** A form without the type of its request. */
export type AnyRequestForm = Readonly<Record<string, FieldKind | `${FieldKind}?`>>;

/**
 * Check that a request has its form. The compiler does so for callers in TypeScript; a request that arrives over the socket
 * can come from another program, or from another version of this one. What the values mean is for the call to check.
 *
 * @throws GgenError InvalidRequest, with the call, the field and what belongs there
 */
export function validateRequest(
  call: CallName,
  form: AnyRequestForm,
  request: Readonly<Record<string, unknown>>,
): void {
  requestValidator(call, form)(request);
}

/** `validateRequest` for one form and many requests: the form is read once. */
export function requestValidator(
  call: CallName,
  form: AnyRequestForm,
): (request: Readonly<Record<string, unknown>>) => void {
  const fields = Object.entries(form).map(([field, kind]) => {
    const { test, expected } = FIELD_KINDS[kind.replace('?', '') as FieldKind];
    return { field, isOptional: kind.endsWith('?'), test, expected };
  });
  return (request) => {
    for (const { field, isOptional, test, expected } of fields) {
      const value = request[field];
      if ((isOptional && value === undefined) || test(value)) continue;
      throw new GgenError('InvalidRequest', `The call ${call} requires ${expected} as '${field}'.`, {
        details: { call, field },
      });
    }
  };
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}
