import type { Diagnostic } from '../../../shared/model.ts';
import type { ManifestDocument, SourcePosition } from './document.ts';
import type { KeyPath } from './manifest.ts';

/** More than this many diagnostics of one manifest help nobody. */
const MAX_DIAGNOSTICS = 200;

/** Collects what a manifest is faulted for, each with its place in the file. */
export class DiagnosticCollector {
  readonly diagnostics: Diagnostic[] = [];
  readonly #path: string;
  readonly #locate: ManifestDocument['locate'];

  constructor(path: string, locate: ManifestDocument['locate']) {
    this.#path = path;
    this.#locate = locate;
  }

  /** Where a key stands. */
  positionOf(at: KeyPath): SourcePosition {
    return this.#locate(at);
  }

  add(severity: Diagnostic['severity'], code: string, message: string, at: KeyPath = []): void {
    // Errors are never dropped: they decide whether a project may be published.
    if (this.diagnostics.length >= MAX_DIAGNOSTICS && severity !== 'error') return;
    this.diagnostics.push({ severity, code, message, path: this.#path, ...this.#locate(at) });
  }
}
