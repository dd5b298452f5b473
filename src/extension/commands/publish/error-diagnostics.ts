import { GgenError } from '../../../shared/errors.ts';
import type { Diagnostic } from '../../../shared/model.ts';

/**
 * Decode the diagnostics of a ManifestInvalid error: JSON strings in `details.diagnostics`. Invalid ones are dropped.
 */
export function errorDiagnostics(error: unknown): Diagnostic[] {
  if (!(error instanceof GgenError)) return [];
  const { diagnostics } = error.details;
  return Array.isArray(diagnostics) ? (diagnostics as readonly string[]).flatMap(parse) : [];
}

function parse(json: string): Diagnostic[] {
  try {
    const value: unknown = JSON.parse(json);
    return isDiagnostic(value) ? [value] : [];
  } catch {
    return [];
  }
}

function isDiagnostic(value: unknown): value is Diagnostic {
  if (typeof value !== 'object' || value === null) return false;
  const { severity, code, message, path, line, column } = value as Record<string, unknown>;
  return (
    (severity === 'error' || severity === 'warning' || severity === 'information') &&
    [code, message, path].every((text) => typeof text === 'string') &&
    [line, column].every((number) => number === undefined || typeof number === 'number')
  );
}
