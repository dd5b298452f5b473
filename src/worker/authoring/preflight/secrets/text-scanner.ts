import { yieldToEventLoop } from '../../../../shared/async.ts';
import type { Diagnostic } from '../../../../shared/model.ts';
import type { Finding } from './finding.ts';
import { fingerprintOf, secretDiagnostic, withoutOverlaps } from './finding.ts';
import { findEmbeddedSecrets } from './embedded-rules.ts';
import { findGenericSecrets } from './generic-rules.ts';

/** Characters that are searched in one go, a few milliseconds even for the worst of texts; then the event loop has its turn. */
const SLICE_LENGTH = 64 * 1024;
/** Characters that two slices share: longer than any secret, so that each lies whole in one of them. */
const OVERLAP_LENGTH = 4 * 1024;

/** Searches the text of one file as it comes, and keeps no more of it than a slice. */
export class TextScanner {
  readonly diagnostics: Diagnostic[] = [];
  readonly #path: string;
  /** What is not searched yet, after what the last slice shares with it. */
  #window = '';
  /** Place of the window's first character. */
  #line = 1;
  #column = 1;
  /** Where the last finding ended, counted from the window's start. */
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

  /** The rest of the file. */
  async end(): Promise<void> {
    if (this.#window.length > 0) await this.#scanWindow(this.#window, Infinity);
    this.#window = '';
  }

  /** Take up what begins before `until`: the rest lies whole in the next slice. */
  async #scanWindow(text: string, limit: number): Promise<void> {
    // Loaded when the first project is published, not with the engine.
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

/** Line and column after a text that began at these. */
function advance(text: string, line: number, column: number): { line: number; column: number } {
  const last = text.lastIndexOf('\n');
  if (last < 0) return { line, column: column + text.length };
  let lines = 1;
  for (let at = text.indexOf('\n'); at < last; at = text.indexOf('\n', at + 1)) lines++;
  return { line: line + lines, column: text.length - last };
}
