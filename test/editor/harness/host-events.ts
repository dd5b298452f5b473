/** Events that the suite in the extension host sends to the test process, one console line each. */

export type HostEvent =
  | { readonly kind: 'suite'; readonly title: string; readonly depth: number }
  | { readonly kind: 'pass'; readonly title: string; readonly depth: number }
  | { readonly kind: 'pending'; readonly title: string; readonly depth: number }
  | { readonly kind: 'fail'; readonly title: string; readonly depth: number; readonly error: string }
  | { readonly kind: 'end' };

/** Distinguishes event lines from other output of the extension host. */
const MARK = '@ggen-suite ';

export function encodeHostEvent(event: HostEvent): string {
  return MARK + JSON.stringify(event);
}

/** The event in a line; undefined for other lines. */
export function decodeHostEvent(line: string): HostEvent | undefined {
  const start = line.indexOf(MARK);
  return start < 0 ? undefined : (JSON.parse(line.slice(start + MARK.length)) as HostEvent);
}
