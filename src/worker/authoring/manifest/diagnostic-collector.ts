import type { Diagnostic } from '../../../shared/model.ts';
import type { ManifestDocument, SourcePosition } from './document.ts';
import type { KeyPath } from './manifest.ts';

/** More diagnostics of one manifest do not help its author. */
const MAX_DIAGNOSTICS = 200;

/** Collects the diagnostics of one manifest. */
export class DiagnosticCollector {
  readonly diagnostics: Diagnostic[] = [];
  readonly #path: string;
  readonly #locate: ManifestDocument['locate'];

  constructor(path: string, locate: ManifestDocument['locate']) {
    this.#path = path;
    this.#locate = locate;
  }

  /** Position of a key in the file. */
  positionOf(at: KeyPath): SourcePosition {
    return this.#locate(at);
  }

  /** Adds an error that the publisher can accept by its fingerprint. */
  addAcceptable(code: string, message: string, at: KeyPath, fingerprint: string): void {
    this.diagnostics.push({ severity: 'error', code, message, path: this.#path, ...this.#locate(at), fingerprint });
  }

  addAt(severity: Diagnostic['severity'], code: string, message: string, position: SourcePosition): void {
    this.diagnostics.push({ severity, code, message, path: this.#path, ...position });
  }

  /** Adds a diagnostic of another file. */
  addElsewhere(diagnostic: Diagnostic): void {
    const isKnown = this.diagnostics.some(({ path, line }) => path === diagnostic.path && line === diagnostic.line);
    if (!isKnown) this.diagnostics.push(diagnostic);
  }

  add(severity: Diagnostic['severity'], code: string, message: string, at: KeyPath = []): void {
    // Errors are never dropped, because they decide whether the project can be published.
    if (this.diagnostics.length >= MAX_DIAGNOSTICS && severity !== 'error') return;
    this.diagnostics.push({ severity, code, message, path: this.#path, ...this.#locate(at) });
  }
}
