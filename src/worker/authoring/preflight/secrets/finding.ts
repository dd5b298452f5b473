import { createHash } from 'node:crypto';
import type { Diagnostic } from '../../../../shared/model.ts';

/** Why a finding is probably no secret: it is reported, and does not block. */
export type Harmless = 'fixture' | 'placeholder' | 'public';

/** A probable secret in a text. */
export interface Finding {
  /** Offsets in UTF-16 code units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Stable short name of the rule, for example `github`. */
  readonly rule: string;
  /** Description with its article: `a GitHub token`. */
  readonly what: string;
  /** Set by a rule that knows; other reasons are found later. */
  readonly harmless?: Harmless;
}

/** A finding at its place. */
export interface FoundSecret {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  /** File inside an archive. */
  readonly inside?: string;
  readonly code: string;
  readonly what: string;
  /** The beginning and end of the secret; empty for a whole file. */
  readonly masked: string;
  readonly fingerprint: string;
  readonly harmless?: Harmless | undefined;
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

/** Passwords may be short and guessed, so that less of them is shown. */
const PASSWORD_RULES: readonly string[] = ['connection', 'command', 'random-named'];
const MIN_SHOWN_LENGTH = 20;

/** Enough of a secret to find it in its line, and too little to use it. A private key shows its header. */
export function mask(value: string, rule: string): string {
  if (rule === 'privatekey' && value.startsWith('-----BEGIN')) return value;
  const isPassword = PASSWORD_RULES.includes(rule) || value.length < MIN_SHOWN_LENGTH;
  if (value.includes('://')) return `${value.slice(0, value.indexOf('://'))}://…`;
  return isPassword ? `${value.slice(0, 2)}…` : `${value.slice(0, 4)}…${value.slice(-2)}`;
}

const HARMLESS_TEXTS: Readonly<Record<Harmless, string>> = {
  fixture: 'It is in a test or an example, so it does not block publishing.',
  placeholder: 'It looks like a placeholder, so it does not block publishing.',
  public: 'Keys of this kind are meant to be public, so it does not block publishing.',
};

/** The message contains the secret only masked, because it is logged and shown. */
export function secretDiagnostic({ path, line, column, inside, ...found }: FoundSecret): Diagnostic {
  const { code, what, masked, fingerprint, harmless } = found;
  const place = { path, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
  const where = inside === undefined ? '' : ` in "${inside}"`;
  const looks = `This looks like ${what}${masked === '' ? '' : ` (${masked})`}${where}.`;
  if (harmless !== undefined)
    return {
      severity: 'warning',
      code: `secret-${harmless}`,
      message: `${looks} ${HARMLESS_TEXTS[harmless]}`,
      ...place,
    };
  const message =
    `${looks} Anyone who gets the package can read it. ` +
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
