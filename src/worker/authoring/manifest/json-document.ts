import { parse as parseTolerant, printParseErrorCode, visit } from 'jsonc-parser';
import type { JSONPath } from 'jsonc-parser';
import { isTable, KeyLocations, MAX_DOCUMENT_DEPTH, MAX_SYNTAX_PROBLEMS } from './document.ts';
import type { ParsedManifest, SourcePosition, SyntaxProblem } from './document.ts';

/** By the name of the library's error code. */
const MESSAGES: Readonly<Record<string, string>> = {
  InvalidSymbol: 'unexpected character',
  InvalidNumberFormat: 'invalid number',
  PropertyNameExpected: 'property name in double quotes expected',
  ValueExpected: 'value expected',
  ColonExpected: '":" expected',
  CommaExpected: '"," expected',
  CloseBraceExpected: '"}" expected',
  CloseBracketExpected: '"]" expected',
  EndOfFileExpected: 'unexpected text after the end of the manifest',
  InvalidCommentToken: 'comments are not allowed in JSON',
  UnexpectedEndOfString: 'unterminated string',
  InvalidUnicode: 'invalid Unicode escape in a string',
  InvalidEscapeCharacter: 'invalid escape sequence in a string',
  InvalidCharacter: 'a string contains a control character',
};

const OPTIONS = { disallowComments: true };

/**
 * Parses a JSON manifest by RFC 8259. Of duplicate keys the last one counts, as in JSON.parse. After a problem, the
 * parser continues with what follows.
 */
export function parseJsonDocument(text: string): ParsedManifest {
  const keys = locateKeys(text);
  if (keys instanceof TooDeepError) return { problems: [keys.problem] };
  const { locations, problems, duplicates } = keys;
  const root = problems.length === 0 ? parse(text) : (parseTolerant(text, [], OPTIONS) as unknown);
  const document = isTable(root) ? { root, duplicates, locate: locations.locate.bind(locations) } : undefined;
  if (document !== undefined || problems.length > 0) return { problems, ...(document && { document }) };
  return { problems: [{ message: 'the manifest must be an object: { … }', position: { line: 1, column: 1 } }] };
}

/** Ends the visit, which is recursive. */
class TooDeepError extends Error {
  readonly problem: SyntaxProblem;

  constructor(position: SourcePosition) {
    const message = `the manifest is nested more than ${MAX_DOCUMENT_DEPTH} levels deep`;
    super(message);
    this.problem = { message, position };
  }
}

interface Keys {
  readonly locations: KeyLocations;
  readonly problems: SyntaxProblem[];
  readonly duplicates: SyntaxProblem[];
}

/** Finds the offset of each key and list element, which JSON.parse does not report, and all problems. */
function locateKeys(text: string): Keys | TooDeepError {
  const locations = new KeyLocations(text);
  const problems: SyntaxProblem[] = [];
  const duplicates: SyntaxProblem[] = [];
  const open: Set<string>[] = [];
  const fail = (message: string, offset: number): void => {
    const position = locations.position(offset);
    // What follows in the same line is mostly a consequence.
    if (problems.length < MAX_SYNTAX_PROBLEMS && problems.at(-1)?.position.line !== position.line)
      problems.push({ message, position });
  };
  const onValue = (offset: number, path: JSONPath): void => {
    if (path.length > MAX_DOCUMENT_DEPTH) throw new TooDeepError(locations.position(offset));
    if (typeof path.at(-1) === 'number') locations.set(path.map(String), offset);
  };
  try {
    visit(
      text,
      {
        onObjectBegin: (offset, ...[, , , path]) => {
          open.push(new Set());
          onValue(offset, path());
        },
        onObjectEnd: () => {
          open.pop();
        },
        onArrayBegin: (offset, ...[, , , path]) => {
          onValue(offset, path());
        },
        onLiteralValue: (_value, offset, ...[, , , path]) => {
          onValue(offset, path());
        },
        onObjectProperty: (key, offset, ...[, , , path]) => {
          const keys = open.at(-1);
          if (keys?.has(key) === true && duplicates.length < MAX_SYNTAX_PROBLEMS)
            duplicates.push({ message: key, position: locations.position(offset) });
          keys?.add(key);
          locations.set([...path().map(String), key], offset);
        },
        onError: (code, offset) => {
          fail(MESSAGES[printParseErrorCode(code)] ?? 'invalid JSON', offset);
        },
      },
      OPTIONS,
    );
  } catch (error) {
    if (error instanceof TooDeepError) return error;
    throw error;
  }
  return { locations, problems, duplicates };
}

/** JSON.parse keeps `__proto__` as an ordinary key, which jsonc-parser does not. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
