import { printParseErrorCode, visit } from 'jsonc-parser';
import type { JSONPath } from 'jsonc-parser';
import { isTable, KeyLocations, MAX_DOCUMENT_DEPTH, ManifestSyntaxError } from './document.ts';
import type { ManifestDocument } from './document.ts';

/** By the name of the library's error code. */
const MESSAGES: Readonly<Record<string, string>> = {
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

/**
 * Parses a JSON manifest by RFC 8259. Of duplicate keys the last one counts, as in JSON.parse.
 *
 * @throws ManifestSyntaxError
 */
export function parseJsonDocument(text: string): ManifestDocument {
  const locations = locateKeys(text);
  const root = parse(text);
  if (!isTable(root)) throw new ManifestSyntaxError('the manifest must be an object: { … }', { line: 1, column: 1 });
  return { root, locate: (at) => locations.locate(at) };
}

/** Finds the offset of each key and list element, which JSON.parse does not report. @throws ManifestSyntaxError */
function locateKeys(text: string): KeyLocations {
  const locations = new KeyLocations(text);
  const fail = (message: string, offset: number): never => {
    throw new ManifestSyntaxError(message, locations.position(offset));
  };
  const onValue = (offset: number, path: JSONPath): void => {
    if (path.length > MAX_DOCUMENT_DEPTH)
      fail(`the manifest is nested more than ${MAX_DOCUMENT_DEPTH} levels deep`, offset);
    if (typeof path.at(-1) === 'number') locations.set(path.map(String), offset);
  };
  visit(
    text,
    {
      onObjectBegin: (offset, ...[, , , path]) => {
        onValue(offset, path());
      },
      onArrayBegin: (offset, ...[, , , path]) => {
        onValue(offset, path());
      },
      onLiteralValue: (_value, offset, ...[, , , path]) => {
        onValue(offset, path());
      },
      onObjectProperty: (key, offset, ...[, , , path]) => {
        locations.set([...path().map(String), key], offset);
      },
      onError: (code, offset) => fail(MESSAGES[printParseErrorCode(code)] ?? 'invalid JSON', offset),
    },
    { disallowComments: true },
  );
  return locations;
}

/** JSON.parse keeps `__proto__` as an ordinary key, which jsonc-parser does not. @throws ManifestSyntaxError */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ManifestSyntaxError('invalid JSON', { line: 1, column: 1 });
  }
}
