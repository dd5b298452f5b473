import { yieldToEventLoop } from '../../../../shared/async.ts';
import type { Diagnostic } from '../../../../shared/model.ts';
import type { Finding } from './finding.ts';
import { fingerprintOf, secretDiagnostic, withoutOverlaps } from './finding.ts';
import { findEmbeddedSecrets } from './embedded-rules.ts';
import { findGenericSecrets } from './generic-rules.ts';

/** Characters searched before the event loop continues: a few milliseconds for the slowest text. */
const SLICE_LENGTH = 64 * 1024;
/** Characters that consecutive slices share: longer than any secret, so that one of them contains it completely. */
const OVERLAP_LENGTH = 4 * 1024;

/** Searches the text of one file while it is read, and keeps at most one slice. */
export class TextScanner {
  readonly diagnostics: Diagnostic[] = [];
  readonly #path: string;
  /** Text that is not searched yet, preceded by its overlap with the last slice. */
  #window = '';
  /** Position of the window's first character. */
  #line = 1;
  #column = 1;
  /** End of the last finding, relative to the window's start. */
  #reportedEnd = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async push(text: string): Promise<void> {
    this.#window += text;
    while (this.#window.length >= SLICE_LENGTH) {
      await this.#scanWindow(this.#window.slice(0, SLICE_LENGTH), SLICE_LENGTH - OVERLAP_LENGTH);
      this.#advanceWindow(SLICE_LENGTH - OVERLAP_LENGTH);
      await yieldToEventLoop();
    }
  }

  /** Searches the rest of the file. */
  async end(): Promise<void> {
    if (this.#window.length > 0) await this.#scanWindow(this.#window, Infinity);
    this.#window = '';
  }

  /** Reports findings that start before `limit`; the next slice contains the others completely. */
  async #scanWindow(text: string, limit: number): Promise<void> {
    // Loaded with the first draft, so that the engine starts faster.
    const { findKnownSecrets } = await import('./known-secrets.ts');
    const known = await findKnownSecrets(text, this.#path);
    const random = [...findGenericSecrets(text), ...findEmbeddedSecrets(text)].filter(
      ({ start, end }) => !known.some((one) => start < one.end && end > one.start),
    );
    for (const finding of withoutOverlaps([...known, ...random])) {
      if (finding.start >= limit || finding.start < this.#reportedEnd) continue;
      this.#reportedEnd = finding.end;
      this.#report(text, finding);
    }
  }

  #report(text: string, { start, end, rule, what }: Finding): void {
    const fingerprint = fingerprintOf(this.#path, rule, text.slice(start, end));
    const code = rule.startsWith('random') ? 'secret-random' : 'secret';
    const place = { path: this.#path, ...advance(text.slice(0, start), this.#line, this.#column) };
    this.diagnostics.push(secretDiagnostic(place, { code, what, fingerprint }));
  }

  #advanceWindow(length: number): void {
    const { line, column } = advance(this.#window.slice(0, length), this.#line, this.#column);
    this.#line = line;
    this.#column = column;
    this.#window = this.#window.slice(length);
    this.#reportedEnd = Math.max(0, this.#reportedEnd - length);
  }
}

/** Returns line and column after a text that starts at the given ones. */
function advance(text: string, line: number, column: number): { line: number; column: number } {
  const last = text.lastIndexOf('\n');
  if (last < 0) return { line, column: column + text.length };
  let lines = 1;
  for (let at = text.indexOf('\n'); at < last; at = text.indexOf('\n', at + 1)) lines++;
  return { line: line + lines, column: text.length - last };
}
