import type { Diagnostic } from '../../../shared/model.ts';
import type { ParsedManifest, SyntaxProblem } from './document.ts';
import { parseJsonDocument } from './json-document.ts';
import { parseTomlDocument } from './toml-document.ts';

/** Parses a manifest by its file's ending. */
export function parseManifest(path: string, text: string): ParsedManifest {
  return path.endsWith('.json') ? parseJsonDocument(text) : parseTomlDocument(text);
}

/** The error that says what cannot be read where. */
export function syntaxDiagnostic(path: string, { message, position }: SyntaxProblem): Diagnostic {
  const text = `Cannot read the manifest: ${message}.`;
  return { severity: 'error', code: 'manifest-syntax', message: text, path, ...position };
}
