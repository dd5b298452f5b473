import { isTable, ownValue, type Table } from './document.ts';
import type { KeyPath, Located } from './manifest.ts';
import type { DiagnosticCollector } from './diagnostic-collector.ts';

/** Further elements are ignored. */
const MAX_LIST_LENGTH = 1_000;

/** Reads a table of a manifest with the expected types. A value of another type is reported and skipped. */
export class ManifestFields {
  readonly table: Table;
  readonly path: KeyPath;
  readonly report: DiagnosticCollector;

  constructor(table: Table, path: KeyPath, report: DiagnosticCollector) {
    this.table = table;
    this.path = path;
    this.report = report;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.table, key);
  }

  value(key: string): unknown {
    return ownValue(this.table, key);
  }

  at(key: string): KeyPath {
    return [...this.path, key];
  }

  /** The sub-table of a key; empty when there is none. */
  sub(key: string): ManifestFields {
    const value = this.value(key);
    return new ManifestFields(isTable(value) ? value : {}, this.at(key), this.report);
  }

  /** A nested table with its own path. */
  inner(table: Table, path: KeyPath): ManifestFields {
    return new ManifestFields(table, path, this.report);
  }

  /** A bounded number of own keys. */
  keys(): string[] {
    return Object.keys(this.table).slice(0, MAX_LIST_LENGTH);
  }

  hasTable(key: string): boolean {
    return isTable(this.value(key));
  }

  /** Value of any type of the first existing key. */
  first(...keys: readonly string[]): Located<unknown> | undefined {
    const key = keys.find((candidate) => this.value(candidate) !== undefined && this.value(candidate) !== null);
    return key === undefined ? undefined : { value: this.value(key), at: this.at(key) };
  }

  /** Text of the first key that has one. */
  text(...keys: readonly string[]): Located<string> | undefined {
    for (const key of keys) {
      const value = this.value(key);
      if (value === undefined || value === null) continue;
      if (typeof value === 'string') return { value, at: this.at(key) };
      this.wrongType(key, 'a string', value);
    }
    return undefined;
  }

  /** Texts of a list; a single text counts as a list of one. Other elements are reported and skipped. */
  texts(key: string): Located<string>[] {
    const value = this.value(key);
    if (value === undefined || value === null) return [];
    const list: unknown = typeof value === 'string' ? [value] : value;
    if (!Array.isArray(list)) {
      this.wrongType(key, 'a list of strings', value);
      return [];
    }
    return this.elements(key, list).flatMap(({ value: element, at }) => {
      if (typeof element === 'string') return [{ value: element, at }];
      this.report.add(
        'warning',
        'manifest-type',
        `Each element of \`${key}\` must be a string; this one is ${typeName(element)} and was ignored.`,
        at,
      );
      return [];
    });
  }

  /** A bounded number of list elements with their paths. */
  elements(key: string, list: readonly unknown[]): Located<unknown>[] {
    return list.slice(0, MAX_LIST_LENGTH).map((value, index) => ({ value, at: [...this.at(key), String(index)] }));
  }

  wrongType(key: string, expected: string, value: unknown): void {
    const message = `\`${key}\` must be ${expected}; it is ${typeName(value)} and was ignored.`;
    this.report.add('warning', 'manifest-type', message, this.at(key));
  }
}

/** Name of a value's type in messages. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return `\`${value}\``;
  return typeof value === 'object' ? 'a table' : 'a number';
}
