import { parse, TomlError } from 'smol-toml';
import { errorMessage } from '../../../shared/errors.ts';
import { KeyLocations, MAX_DOCUMENT_DEPTH, ManifestSyntaxError, type ManifestDocument } from './document.ts';
import { TomlScanner } from './toml-scanner.ts';

/**
 * Parses a TOML manifest. Accepts TOML 1.1, and with it multi-line inline tables. Integers outside the safe range
 * become bigint.
 *
 * @throws ManifestSyntaxError
 */
export function parseTomlDocument(text: string): ManifestDocument {
  const root = parseOrFault(text);
  const locations = new KeyLocations(text);
  new TomlScanner(text, locations).scan();
  return { root, locate: (at) => locations.locate(at) };
}

function parseOrFault(text: string): ManifestDocument['root'] {
  try {
    return parse(text, { maxDepth: MAX_DOCUMENT_DEPTH, integersAsBigInt: 'asNeeded' });
  } catch (error) {
    // Any other exception of the parser is caused by the hostile text too.
    if (!(error instanceof TomlError)) throw new ManifestSyntaxError(errorMessage(error), { line: 1, column: 1 });
    throw new ManifestSyntaxError(shortMessage(error), { line: error.line, column: error.column });
  }
}

/** The library's message without its heading and source excerpt: editors show the line themselves. */
function shortMessage(error: TomlError): string {
  const [first = error.message] = error.message.split('\n', 1);
  return first.replace(/^Invalid TOML document: /, '');
}
