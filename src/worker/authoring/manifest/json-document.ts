import { isTable, KeyLocations, MAX_DOCUMENT_DEPTH, ManifestSyntaxError, type ManifestDocument } from './document.ts';
import type { KeyPath } from './manifest.ts';

/** Parse a JSON manifest. Throws SyntaxFault. */
export function parseJsonDocument(text: string): ManifestDocument {
  const locations = new KeyLocations(text);
  new JsonScanner(text, locations).scan();
  const root: unknown = JSON.parse(text);
  if (!isTable(root)) throw new ManifestSyntaxError('the manifest must be an object: { … }', { line: 1, column: 1 });
  return { root, locate: (at) => locations.locate(at) };
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Checks the grammar of RFC 8259 and notes where each key stands, which JSON.parse does not tell. */
class JsonScanner {
  readonly #text: string;
  readonly #locations: KeyLocations;
  #offset = 0;

  constructor(text: string, locations: KeyLocations) {
    this.#text = text;
    this.#locations = locations;
  }

  scan(): void {
    this.#skipSpace();
    this.#value([]);
    this.#skipSpace();
    if (this.#offset < this.#text.length) this.#fail('unexpected text after the end of the manifest');
  }

  #value(path: KeyPath): void {
    if (path.length > MAX_DOCUMENT_DEPTH)
      this.#fail(`the manifest is nested more than ${MAX_DOCUMENT_DEPTH} levels deep`);
    switch (this.#text.charAt(this.#offset)) {
      case '{':
        this.#members('}', (index) => {
          this.#member(path, index);
        });
        break;
      case '[':
        this.#members(']', (index) => {
          this.#element([...path, String(index)]);
        });
        break;
      case '"':
        this.#string();
        break;
      default:
        if (!this.#match(NUMBER) && !this.#match(WORD)) this.#fail('value expected');
    }
  }

  #members(close: string, member: (index: number) => void): void {
    this.#offset++;
    this.#skipSpace();
    if (this.#consume(close)) return;
    for (let index = 0; ; index++) {
      member(index);
      this.#skipSpace();
      if (this.#consume(close)) return;
      if (!this.#consume(',')) this.#fail(`"," or "${close}" expected`);
      this.#skipSpace();
    }
  }

  #member(path: KeyPath, index: number): void {
    const start = this.#offset;
    if (this.#text[start] !== '"')
      this.#fail(index > 0 ? 'property name expected after the comma' : 'property name expected');
    const key = JSON.parse(this.#string()) as string;
    const inner = [...path, key];
    this.#locations.set(inner, start);
    this.#skipSpace();
    if (!this.#consume(':')) this.#fail('":" expected');
    this.#skipSpace();
    this.#value(inner);
  }

  #element(path: KeyPath): void {
    this.#locations.set(path, this.#offset);
    this.#value(path);
  }

  #string(): string {
    const start = this.#offset++;
    for (;;) {
      const character = this.#text[this.#offset];
      if (character === undefined) this.#fail('unterminated string', start);
      if (character === '"') return this.#text.slice(start, ++this.#offset);
      if (character < ' ') this.#fail('a string contains a line break or control character');
      if (character !== '\\') this.#offset++;
      else if (!this.#match(ESCAPE)) this.#fail('invalid escape sequence');
    }
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#offset;
    if (!pattern.test(this.#text)) return false;
    this.#offset = pattern.lastIndex;
    return true;
  }

  #consume(character: string): boolean {
    if (this.#text[this.#offset] !== character) return false;
    this.#offset++;
    return true;
  }

  #skipSpace(): void {
    while (' \t\n\r'.includes(this.#text[this.#offset] ?? '.')) this.#offset++;
  }

  #fail(message: string, offset = this.#offset): never {
    throw new ManifestSyntaxError(message, this.#locations.position(offset));
  }
}
