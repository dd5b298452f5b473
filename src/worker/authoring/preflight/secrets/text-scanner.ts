import { yieldToEventLoop } from '../../../../shared/async.ts';
import { findCommandSecrets } from './command-rules.ts';
import { findConnectionSecrets } from './connection-rules.ts';
import { findEmbeddedSecrets } from './embedded-rules.ts';
import type { Finding, FoundSecret } from './finding.ts';
import { fingerprintOf, mask, withoutOverlaps } from './finding.ts';
import { findGenericSecrets } from './generic-rules.ts';
import { harmlessReason } from './harmless.ts';
import { findStatementSecrets } from './statement-rules.ts';
import { findServiceSecrets } from './service-rules.ts';

/** Characters searched before the event loop continues: a few milliseconds for the slowest text. */
const SLICE_LENGTH = 64 * 1024;
/** Characters that consecutive slices share: longer than any secret, so that one of them contains it completely. */
const OVERLAP_LENGTH = 4 * 1024;

/** Where a text is found. */
export interface TextPlace {
  readonly path: string;
  /** File inside an archive, whose lines have no place in a file on disk. */
  readonly inside?: string | undefined;
  /** Text between other data, as in a database: what looks random there is mostly no text. */
  readonly isEmbedded?: () => boolean;
}

/** Searches the text of one file while it is read, and keeps at most one slice. */
export class TextScanner {
  readonly found: FoundSecret[] = [];
  readonly #place: TextPlace;
  /** Text that is not searched yet, preceded by its overlap with the last slice. */
  #window = '';
  /** Position of the window's first character. */
  #line = 1;
  #column = 1;
  /** End of the last finding, relative to the window's start. */
  #reportedEnd = 0;

  constructor(place: TextPlace) {
    this.#place = place;
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
    const known = without(findServiceSecrets(text), await findKnownSecrets(text, this.#name));
    const named = without(known, [
      ...findConnectionSecrets(text),
      ...findCommandSecrets(text),
      ...findStatementSecrets(text),
    ]);
    const all = without(named, [...findGenericSecrets(text), ...findEmbeddedSecrets(text)]);
    for (const finding of withoutOverlaps(all)) {
      if (finding.start >= limit || finding.start < this.#reportedEnd) continue;
      if (this.#place.isEmbedded?.() === true && finding.rule === 'random') continue;
      this.#reportedEnd = finding.end;
      this.#report(text, finding);
    }
  }

  get #name(): string {
    return this.#place.inside ?? this.#place.path;
  }

  #report(text: string, finding: Finding): void {
    const { start, end, rule, what } = finding;
    const { path, inside, isEmbedded } = this.#place;
    const value = text.slice(start, end);
    const harmless = harmlessReason(inside === undefined ? path : `${path}/${inside}`, text, finding);
    const code = rule.startsWith('random') ? 'secret-random' : 'secret';
    const isPlaced = inside === undefined && isEmbedded?.() !== true;
    this.found.push({
      path,
      ...(isPlaced ? advance(text.slice(0, start), this.#line, this.#column) : {}),
      ...(inside === undefined ? {} : { inside }),
      code,
      what,
      masked: mask(value, rule),
      fingerprint: fingerprintOf(inside === undefined ? path : `${path}!${inside}`, rule, value),
      harmless,
    });
  }

  #advanceWindow(length: number): void {
    const { line, column } = advance(this.#window.slice(0, length), this.#line, this.#column);
    this.#line = line;
    this.#column = column;
    this.#window = this.#window.slice(length);
    this.#reportedEnd = Math.max(0, this.#reportedEnd - length);
  }
}

/** Findings of both lists, without those of the second that overlap one of the first. */
function without(first: readonly Finding[], second: readonly Finding[]): Finding[] {
  return [...first, ...second.filter(({ start, end }) => !first.some((one) => start < one.end && end > one.start))];
}

/** Returns line and column after a text that starts at the given ones. */
function advance(text: string, line: number, column: number): { line: number; column: number } {
  const last = text.lastIndexOf('\n');
  if (last < 0) return { line, column: column + text.length };
  let lines = 1;
  for (let at = text.indexOf('\n'); at < last; at = text.indexOf('\n', at + 1)) lines++;
  return { line: line + lines, column: text.length - last };
}
