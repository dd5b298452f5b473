import { setImmediate as turn } from 'node:timers/promises';
import type { Diagnostic } from '../../../../shared/model.ts';
import type { Finding } from './finding.ts';
import { fingerprintOf, secretDiagnostic, withoutOverlaps } from './finding.ts';
import { findEmbedded } from './embedded-rules.ts';
import { findOwn } from './own-rules.ts';

/** Characters that are searched in one go, a few milliseconds even for the worst of texts; then the event loop has its turn. */
const SLICE = 64 * 1024;
/** Characters that two slices share: longer than any secret, so that each lies whole in one of them. */
const OVERLAP = 4 * 1024;

/** Searches the text of one file as it comes, and keeps no more of it than a slice. */
export class TextSearch {
  readonly diagnostics: Diagnostic[] = [];
  readonly #path: string;
  /** What is not searched yet, after what the last slice shares with it. */
  #window = '';
  /** Place of the window's first character. */
  #line = 1;
  #column = 1;
  /** Where the last finding ended, counted from the window's start. */
  #reported = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async push(text: string): Promise<void> {
    this.#window += text;
    while (this.#window.length >= SLICE) {
      await this.#search(this.#window.slice(0, SLICE), SLICE - OVERLAP);
      this.#drop(SLICE - OVERLAP);
      await turn();
    }
  }

  /** The rest of the file. */
  async end(): Promise<void> {
    if (this.#window.length > 0) await this.#search(this.#window, Infinity);
    this.#window = '';
  }

  /** Take up what begins before `until`: the rest lies whole in the next slice. */
  async #search(text: string, until: number): Promise<void> {
    // Loaded when the first project is published, not with the engine.
    const { findKnown } = await import('./known-secrets.ts');
    const known = await findKnown(text, this.#path);
    const random = [...findOwn(text), ...findEmbedded(text)].filter(
      ({ start, end }) => !known.some((one) => start < one.end && end > one.start),
    );
    for (const finding of withoutOverlaps([...known, ...random])) {
      if (finding.start >= until || finding.start < this.#reported) continue;
      this.#reported = finding.end;
      this.#report(text, finding);
    }
  }

  #report(text: string, { start, end, rule, what }: Finding): void {
    const fingerprint = fingerprintOf(this.#path, rule, text.slice(start, end));
    const code = rule.startsWith('random') ? 'secret-random' : 'secret';
    const place = { path: this.#path, ...advance(text.slice(0, start), this.#line, this.#column) };
    this.diagnostics.push(secretDiagnostic(place, { code, what, fingerprint }));
  }

  #drop(length: number): void {
    const { line, column } = advance(this.#window.slice(0, length), this.#line, this.#column);
    this.#line = line;
    this.#column = column;
    this.#window = this.#window.slice(length);
    this.#reported = Math.max(0, this.#reported - length);
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
