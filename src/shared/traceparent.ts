/**
 * The caller's span, as a call carries it: W3C Trace Context, header `traceparent`, version 00
 * (https://www.w3.org/TR/trace-context/#traceparent-header): `00-<trace id>-<span id>-<flags>` in lower-case
 * hexadecimal.
 */

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
const TRACEPARENT_LENGTH = 55;

export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** Parse a `traceparent`; undefined for anything else, so that a call with an invalid one starts a trace of its own. */
export function parseTraceparent(value: unknown): TraceParent | undefined {
  if (typeof value !== 'string' || value.length !== TRACEPARENT_LENGTH) return undefined;
  const [, traceId, spanId, flags] = TRACEPARENT.exec(value) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

/** The value itself where it is a valid `traceparent`, to pass on. */
export function checkTraceparent(value: unknown): string | undefined {
  return parseTraceparent(value) === undefined ? undefined : (value as string);
}
