import type { KeyPath } from './manifest.ts';

/** Line and column of a character, both from 1; columns count UTF-16 units, as editors do. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** A parsed manifest: its value, and where each key stands. */
export interface ManifestDocument {
  readonly root: Table;
  /** Place of a key, or of the nearest key above it that has one. */
  readonly locate: (at: KeyPath) => SourcePosition;
}

/** A table of the document. Its keys are hostile: read them with `own`. */
export type Table = Readonly<Record<string, unknown>>;

/** Why a text is no manifest, and where. */
export class ManifestSyntaxError extends Error {
  override readonly name = 'ManifestSyntaxError';
  readonly position: SourcePosition;

  constructor(message: string, position: SourcePosition) {
    super(message);
    this.position = position;
  }
}

/** How deeply a document may nest. Real manifests stay below 8. */
export const MAX_DOCUMENT_DEPTH = 64;

/** Keys deeper than this are not located one by one: nothing that a reader looks at lies there. */
export const MAX_LOCATED_DEPTH = 8;

/** How many keys are located one by one: a hostile list of half a million numbers shall not fill the memory. */
const MAX_LOCATED_KEYS = 20_000;

const SEPARATOR = '\u0000';

/** Offsets of keys, collected while a text is scanned. */
export class KeyLocations {
  readonly #offsets = new Map<string, number>();
  readonly #lineStarts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  set(path: KeyPath, offset: number): void {
    if (path.length > MAX_LOCATED_DEPTH || this.#offsets.size >= MAX_LOCATED_KEYS) return;
    this.#offsets.set(path.join(SEPARATOR), offset);
  }

  setOnce(path: KeyPath, offset: number): void {
    if (path.length <= MAX_LOCATED_DEPTH && !this.#offsets.has(path.join(SEPARATOR))) this.set(path, offset);
  }

  locate(path: KeyPath): SourcePosition {
    for (let length = Math.min(path.length, MAX_LOCATED_DEPTH); length > 0; length--) {
      const offset = this.#offsets.get(path.slice(0, length).join(SEPARATOR));
      if (offset !== undefined) return this.position(offset);
    }
    return { line: 1, column: 1 };
  }

  position(offset: number): SourcePosition {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A key's own value: `constructor` and `__proto__` of a hostile document are keys like any other. */
export function ownValue(table: Table, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
