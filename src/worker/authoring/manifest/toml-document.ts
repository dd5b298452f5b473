import { parse, TomlError } from 'smol-toml';
import { errorMessage } from '../../../shared/errors.ts';
import { KeyLocations, MAX_DOCUMENT_DEPTH, ManifestSyntaxError, type ManifestDocument } from './document.ts';
import { TomlScanner } from './toml-scanner.ts';

/**
 * Parse a TOML manifest. TOML 1.1 is accepted, so multi-line inline tables are. Integers that a number cannot hold come
 * as bigint. Throws SyntaxFault.
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
    // Whatever else the parser trips over on a hostile text is a fault of that text too.
    if (!(error instanceof TomlError)) throw new ManifestSyntaxError(errorMessage(error), { line: 1, column: 1 });
    throw new ManifestSyntaxError(shortMessage(error), { line: error.line, column: error.column });
  }
}

/** The library's message without its heading and without the excerpt below: editors show the line themselves. */
function shortMessage(error: TomlError): string {
  const [first = error.message] = error.message.split('\n', 1);
  return first.replace(/^Invalid TOML document: /, '');
}
