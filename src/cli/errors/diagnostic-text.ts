import type { Diagnostic } from '../../shared/model.ts';

/** A diagnostic as compilers print it: `gpack.toml:4:14: message`. */
export function diagnosticText({ path, line, column, message }: Diagnostic): string {
  const place = [path, line, column].filter((part) => part !== undefined).join(':');
  return `${place}: ${message}`;
}

/** Whether a diagnostic blocks publishing and cannot be accepted. */
export function isBlocking({ severity, fingerprint }: Diagnostic): boolean {
  return severity === 'error' && fingerprint === undefined;
}
