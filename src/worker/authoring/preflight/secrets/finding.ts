import { createHash } from 'node:crypto';
import type { Diagnostic } from '../../../../shared/model.ts';

/** Something in a text that looks like a secret. */
export interface Finding {
  /** Offsets in the text, UTF-16 units; `end` is the first one behind it. */
  readonly start: number;
  readonly end: number;
  /** Stable short name of the rule, for example `github`. */
  readonly rule: string;
  /** What it is, in words for the user, with its article: `a GitHub token`. */
  readonly what: string;
}

/**
 * A name for one secret at one path: 40 bits of a hash of the place, 24 of one that takes in the secret. It stands in logs, so
 * it must not let anybody who guesses a weak password make sure of it: one guess in 16 million fits by chance.
 */
export function fingerprintOf(path: string, rule: string, secret: string | Uint8Array): string {
  const place = createHash('sha256').update(`ggen-secret\0${path}\0${rule}\0`);
  const whole = place.copy().update(secret);
  return place.digest('hex').slice(0, 10) + whole.digest('hex').slice(0, 6);
}

/** The message never holds the secret: it goes to the log and over the screen. */
export function secretDiagnostic(
  place: Pick<Diagnostic, 'path' | 'line' | 'column'>,
  { code, what, fingerprint }: { readonly code: string; readonly what: string; readonly fingerprint: string },
): Diagnostic {
  const message =
    `This looks like ${what}. Anyone who gets the package can read it. ` +
    'Remove it, add the file to .ggenignore, or accept it when you publish.';
  return { severity: 'error', code, message, ...place, fingerprint };
}

/** Findings in order, those that overlap joined into the longest of them. */
export function withoutOverlaps(findings: readonly Finding[]): Finding[] {
  const kept: Finding[] = [];
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || finding.start >= last.end) kept.push(finding);
    else if (finding.end - finding.start > last.end - last.start) kept[kept.length - 1] = finding;
  }
  return kept;
}
