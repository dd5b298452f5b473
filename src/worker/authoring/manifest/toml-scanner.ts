import { MAX_LOCATED_DEPTH, type KeyLocations } from './document.ts';
import type { KeyPath } from './manifest.ts';

/** Ends a bare key. */
const KEY_END = /[\s=.\]"'#]/;
/** Ends a value that is neither a text nor a list nor a table. */
const SCALAR_END = /[\s,\]}#]/;

/**
 * Finds the offset of each key in a TOML text, which the parser does not report. The parser has accepted the text
 * before; on malformed text the offsets are meaningless, but the scan terminates.
 */
export class TomlScanner {
  readonly #text: string;
  readonly #locations: KeyLocations;
  /** Tables so far in each array of tables. */
  readonly #lists = new Map<string, number>();
  #offset = 0;

  constructor(text: string, locations: KeyLocations) {
    this.#text = text;
    this.#locations = locations;
  }

  scan(): void {
    let table: KeyPath = [];
    this.#skipBlank();
    while (this.#offset < this.#text.length) {
      if (this.#peek() === '[') table = this.#header();
      else this.#pair(table);
      this.#skipBlank();
    }
  }

  #header(): KeyPath {
    const list = this.#text.startsWith('[[', this.#offset);
    this.#offset += list ? 2 : 1;
    this.#skipSpace();
    const start = this.#offset;
    const path = this.#resolve(this.#key());
    this.#offset = this.#endOfLine();
    const table = list ? this.#nextOf(path) : path;
    this.#locations.set(table, start);
    if (list) this.#locations.set(path, start);
    return table;
  }

  /** In `[a.b]`, an `a` that is an array of tables means its last table. */
  #resolve(keys: KeyPath): string[] {
    const path: string[] = [];
    for (const [index, key] of keys.entries()) {
      path.push(key);
      const count = this.#lists.size === 0 ? undefined : this.#lists.get(JSON.stringify(path));
      if (count !== undefined && index < keys.length - 1) path.push(String(count - 1));
    }
    return path;
  }

  #nextOf(path: KeyPath): KeyPath {
    const id = JSON.stringify(path);
    const index = this.#lists.get(id) ?? 0;
    this.#lists.set(id, index + 1);
    return [...path, String(index)];
  }

  #pair(table: KeyPath): void {
    const start = this.#offset;
    const path = [...table];
    for (const key of this.#key()) {
      path.push(key);
      // `a.b = 1` defines table `a` here, unless it is defined elsewhere before.
      this.#locations.setOnce(path, start);
    }
    this.#skipSpace();
    if (this.#peek() === '=') this.#offset++;
    else this.#offset = Math.max(this.#endOfLine(), start + 1);
    this.#skipSpace();
    this.#value(path);
  }

  #value(path: KeyPath): void {
    switch (this.#peek()) {
      case '"':
      case "'":
        this.#skipString();
        break;
      case '[':
        this.#members(']', (index) => {
          this.#element([...path, String(index)]);
        });
        break;
      case '{':
        this.#members('}', () => {
          this.#pair(path);
        });
        break;
      default:
        while (this.#offset < this.#text.length && !SCALAR_END.test(this.#peek())) this.#offset++;
    }
  }

  #members(close: string, member: (index: number) => void): void {
    this.#offset++;
    for (let index = 0; ; index++) {
      this.#skipBlank();
      if (this.#offset >= this.#text.length) return;
      if (this.#peek() === close) break;
      const before = this.#offset;
      member(index);
      this.#skipBlank();
      if (this.#peek() === ',' || this.#offset === before) this.#offset++;
    }
    this.#offset++;
  }

  #element(path: KeyPath): void {
    this.#locations.set(path, this.#offset);
    this.#value(path);
  }

  /** Parts of a dotted key; parts below the located depth are skipped. */
  #key(): string[] {
    const keys: string[] = [];
    for (;;) {
      this.#skipSpace();
      const part = this.#keyPart();
      if (keys.length <= MAX_LOCATED_DEPTH) keys.push(part);
      this.#skipSpace();
      if (this.#peek() !== '.') return keys;
      this.#offset++;
    }
  }

  #keyPart(): string {
    const start = this.#offset;
    if (this.#peek() === '"' || this.#peek() === "'") {
      this.#skipString();
      return unquote(this.#text.slice(start, this.#offset));
    }
    while (this.#offset < this.#text.length && !KEY_END.test(this.#peek())) this.#offset++;
    return this.#text.slice(start, this.#offset);
  }

  #skipString(): void {
    const quote = this.#peek();
    const triple = quote.repeat(3);
    const fence = this.#text.startsWith(triple, this.#offset) ? triple : quote;
    this.#offset += fence.length;
    while (this.#offset < this.#text.length && !this.#text.startsWith(fence, this.#offset)) {
      this.#offset += quote === '"' && this.#peek() === '\\' ? 2 : 1;
    }
    this.#offset += fence.length;
    // A multi-line text may end in up to two quotation marks before its delimiter.
    while (fence === triple && this.#peek() === quote) this.#offset++;
  }

  /** Skips whitespace, line breaks and comments. */
  #skipBlank(): void {
    for (;;) {
      while (/\s|\ufeff/.test(this.#peek())) this.#offset++;
      if (this.#peek() !== '#') return;
      this.#offset = this.#endOfLine();
    }
  }

  #skipSpace(): void {
    while (this.#peek() === ' ' || this.#peek() === '\t') this.#offset++;
  }

  #peek(): string {
    return this.#text[this.#offset] ?? '';
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#offset);
    return end === -1 ? this.#text.length : end;
  }
}

function unquote(quoted: string): string {
  if (quoted.startsWith("'")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1); // an escape that JSON lacks: the key gets its parent's position
  }
}
