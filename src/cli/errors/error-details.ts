import { toPlainError } from '../../shared/errors.ts';

/**
 * The details of an error for output: as they cross from the engine, with those that are JSON, such as diagnostics,
 * decoded.
 */
export function errorDetails(error: unknown): Readonly<Record<string, unknown>> {
  const { details } = toPlainError(error);
  return Object.fromEntries(
    Object.entries(details).map(([key, value]) => [
      key,
      Array.isArray(value) ? (value as readonly string[]).map(decode) : value,
    ]),
  );
}

function decode(text: string): unknown {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
