/** What the suite inside the extension host tells the process outside, one line of its console each. */

export type HostEvent =
  | { readonly kind: 'suite'; readonly title: string; readonly depth: number }
  | { readonly kind: 'pass'; readonly title: string; readonly depth: number }
  | { readonly kind: 'pending'; readonly title: string; readonly depth: number }
  | { readonly kind: 'fail'; readonly title: string; readonly depth: number; readonly error: string }
  | { readonly kind: 'end' };

/** Tells these lines from all else that an extension host prints. */
const MARK = '@ggen-suite ';

export function encodeHostEvent(event: HostEvent): string {
  return MARK + JSON.stringify(event);
}

/** The event in a line; undefined when it is another line. */
export function decodeHostEvent(line: string): HostEvent | undefined {
  const start = line.indexOf(MARK);
  return start < 0 ? undefined : (JSON.parse(line.slice(start + MARK.length)) as HostEvent);
}
