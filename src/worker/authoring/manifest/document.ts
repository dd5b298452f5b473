import type { KeyPath } from './manifest.ts';

/** 1-based line and column; columns count UTF-16 code units, as editors do. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** A parsed manifest with the positions of its keys. */
export interface ManifestDocument {
  readonly root: Table;
  /** Keys, as messages, that are defined again in the same object; the last definition counts. Only JSON allows them. */
  readonly duplicates?: readonly SyntaxProblem[];
  /** Position of the key, or of its nearest ancestor with a known position. */
  readonly locate: (at: KeyPath) => SourcePosition;
}

/** A table of an untrusted document: read its keys with `ownValue`. */
export type Table = Readonly<Record<string, unknown>>;

/** What a parser cannot accept, and where. */
export interface SyntaxProblem {
  /** A clause without a period. */
  readonly message: string;
  readonly position: SourcePosition;
}

/** A parsed manifest: with problems, what can be read besides. */
export interface ParsedManifest {
  /** In the order of their positions; empty for a valid document. */
  readonly problems: readonly SyntaxProblem[];
  /** Absent when the problems do not let anything be read. With problems, keys may be missing in it. */
  readonly document?: ManifestDocument;
}

/** Further problems of one file do not help its author. */
export const MAX_SYNTAX_PROBLEMS = 50;

/** Maximum nesting of a document; real manifests stay below 8. */
export const MAX_DOCUMENT_DEPTH = 64;

/** Deeper keys have the position of their ancestor: no reader looks at them. */
export const MAX_LOCATED_DEPTH = 8;

/** Keys with a position of their own. Bounds memory for hostile documents with hundreds of thousands of elements. */
const MAX_LOCATED_KEYS = 20_000;

const SEPARATOR = '\u0000';

/** Offsets of the keys of a document. */
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

/** Reads an own property, so that `constructor` and `__proto__` of a hostile document are ordinary keys. */
export function ownValue(table: Table, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
