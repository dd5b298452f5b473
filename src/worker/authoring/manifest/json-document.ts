import { isTable, Locations, MAX_DEPTH, SyntaxFault, type ManifestDocument } from './document.ts';
import type { KeyPath } from './manifest.ts';

/** Parse a JSON manifest. Throws SyntaxFault. */
export function parseJsonDocument(text: string): ManifestDocument {
  const locations = new Locations(text);
  new JsonScanner(text, locations).scan();
  const root: unknown = JSON.parse(text);
  if (!isTable(root)) throw new SyntaxFault('the manifest must be an object: { … }', { line: 1, column: 1 });
  return { root, locate: (at) => locations.locate(at) };
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Checks the grammar of RFC 8259 and notes where each key stands, which JSON.parse does not tell. */
class JsonScanner {
  readonly #text: string;
  readonly #locations: Locations;
  #at = 0;

  constructor(text: string, locations: Locations) {
    this.#text = text;
    this.#locations = locations;
  }

  scan(): void {
    this.#skipSpace();
    this.#value([]);
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('there is text after the end of the manifest');
  }

  #value(path: KeyPath): void {
    if (path.length > MAX_DEPTH) this.#fail(`the manifest nests deeper than ${MAX_DEPTH} levels`);
    switch (this.#text.charAt(this.#at)) {
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
        if (!this.#match(NUMBER) && !this.#match(WORD)) this.#fail('a value is expected here');
    }
  }

  #members(close: string, member: (index: number) => void): void {
    this.#at++;
    this.#skipSpace();
    if (this.#take(close)) return;
    for (let index = 0; ; index++) {
      member(index);
      this.#skipSpace();
      if (this.#take(close)) return;
      if (!this.#take(',')) this.#fail(`"," or "${close}" is expected here`);
      this.#skipSpace();
    }
  }

  #member(path: KeyPath, index: number): void {
    const start = this.#at;
    if (this.#text[start] !== '"')
      this.#fail(index > 0 ? 'a key is expected after the comma' : 'a key is expected here');
    const key = JSON.parse(this.#string()) as string;
    const inner = [...path, key];
    this.#locations.set(inner, start);
    this.#skipSpace();
    if (!this.#take(':')) this.#fail('":" is expected here');
    this.#skipSpace();
    this.#value(inner);
  }

  #element(path: KeyPath): void {
    this.#locations.set(path, this.#at);
    this.#value(path);
  }

  #string(): string {
    const start = this.#at++;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) this.#fail('a text is not closed with a quotation mark', start);
      if (character === '"') return this.#text.slice(start, ++this.#at);
      if (character < ' ') this.#fail('a text holds a line break or control character');
      if (character !== '\\') this.#at++;
      else if (!this.#match(ESCAPE)) this.#fail('there is no such escape in JSON');
    }
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? '.')) this.#at++;
  }

  #fail(message: string, offset = this.#at): never {
    throw new SyntaxFault(message, this.#locations.position(offset));
  }
}
