import { createHash } from 'node:crypto';
import type { Diagnostic } from '../../../../shared/model.ts';

/** A probable secret in a text. */
export interface Finding {
  /** Offsets in UTF-16 code units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Stable short name of the rule, for example `github`. */
  readonly rule: string;
  /** Description with its article: `a GitHub token`. */
  readonly what: string;
}

/**
 * Identifies one secret at one path: 40 bits of a hash of its place and 24 bits of a hash that includes the secret. The
 * fingerprint appears in logs, so it must not confirm a guessed password: one guess in 16 million matches by chance.
 */
export function fingerprintOf(path: string, rule: string, secret: string | Uint8Array): string {
  const place = createHash('sha256').update(`ggen-secret\0${path}\0${rule}\0`);
  const whole = place.copy().update(secret);
  return place.digest('hex').slice(0, 10) + whole.digest('hex').slice(0, 6);
}

/** The message never contains the secret, because it is logged and shown. */
export function secretDiagnostic(
  place: Pick<Diagnostic, 'path' | 'line' | 'column'>,
  { code, what, fingerprint }: { readonly code: string; readonly what: string; readonly fingerprint: string },
): Diagnostic {
  const message =
    `This looks like ${what}. Anyone who gets the package can read it. ` +
    'Remove it, add the file to .ggenignore, or accept it when you publish.';
  return { severity: 'error', code, message, ...place, fingerprint };
}

/** Sorts findings and reduces overlapping ones to the longest. */
export function withoutOverlaps(findings: readonly Finding[]): Finding[] {
  const kept: Finding[] = [];
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || finding.start >= last.end) kept.push(finding);
    else if (finding.end - finding.start > last.end - last.start) kept[kept.length - 1] = finding;
  }
  return kept;
}
