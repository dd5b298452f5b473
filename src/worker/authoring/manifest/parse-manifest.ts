import type { ManifestDocument } from './document.ts';
import { parseJsonDocument } from './json-document.ts';
import { parseTomlDocument } from './toml-document.ts';

/** Parses a manifest by its file's ending. @throws ManifestSyntaxError */
export function parseManifest(path: string, text: string): ManifestDocument {
  return path.endsWith('.json') ? parseJsonDocument(text) : parseTomlDocument(text);
}
