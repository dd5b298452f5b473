import { parse, TomlError } from 'smol-toml';
import { errorMessage } from '../../../shared/errors.ts';
import { KeyLocations, MAX_DOCUMENT_DEPTH, MAX_SYNTAX_PROBLEMS } from './document.ts';
import type { ManifestDocument, ParsedManifest, SyntaxProblem, Table } from './document.ts';
import { TomlScanner } from './toml-scanner.ts';
import { withoutProblem } from './toml-repair.ts';

/**
 * Parses a TOML manifest. Accepts TOML 1.1, and with it multi-line inline tables. Integers outside the safe range
 * become bigint. After a problem in one line, the parser continues without the value of that line.
 */
export function parseTomlDocument(text: string): ParsedManifest {
  const problems: SyntaxProblem[] = [];
  for (let current: string | undefined = text; current !== undefined;) {
    const parsed = parseOrProblem(current);
    if ('root' in parsed) return { problems, document: documentOf(current, parsed.root) };
    const { line } = parsed.problem.position;
    // The same line again: the cause is above, such as a bracket that is not closed, and more problems would be wrong.
    if (problems.some(({ position }) => position.line >= line)) break;
    problems.push(parsed.problem);
    if (problems.length >= MAX_SYNTAX_PROBLEMS) break;
    current = withoutProblem(current, parsed.problem);
  }
  return { problems };
}

function documentOf(text: string, root: Table): ManifestDocument {
  const locations = new KeyLocations(text);
  new TomlScanner(text, locations).scan();
  return { root, locate: (at) => locations.locate(at) };
}

function parseOrProblem(text: string): { readonly root: Table } | { readonly problem: SyntaxProblem } {
  try {
    return { root: parse(text, { maxDepth: MAX_DOCUMENT_DEPTH, integersAsBigInt: 'asNeeded' }) };
  } catch (error) {
    // Any other exception of the parser is caused by the hostile text too.
    if (!(error instanceof TomlError)) return { problem: { message: errorMessage(error), position: START } };
    return { problem: { message: shortMessage(error), position: { line: error.line, column: error.column } } };
  }
}

const START = { line: 1, column: 1 };

/** The library's message without its heading and source excerpt: editors show the line themselves. */
function shortMessage(error: TomlError): string {
  const [first = error.message] = error.message.split('\n', 1);
  return first.replace(/^Invalid TOML document: /, '');
}
