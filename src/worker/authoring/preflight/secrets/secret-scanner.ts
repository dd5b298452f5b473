import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { TextDecoder } from 'node:util';
import type { Diagnostic } from '../../../../shared/model.ts';
import { fingerprintOf, secretDiagnostic } from './finding.ts';
import { secretFileRule, secretLine } from './secret-files.ts';
import type { SecretFileRule } from './secret-files.ts';
import { TextScanner } from './text-scanner.ts';

/** The first bytes decide whether a file is text and whether it is a key file. */
const MAX_HEAD_BYTES = 64 * 1024;
/** Bytes of one file that are searched; larger texts are data. */
const MAX_SCANNED_BYTES = 4 * 1024 * 1024;
/** More findings are too many to review one by one. */
const MAX_REPORTED_SECRETS = 500;

/**
 * Searches for secrets in the bytes that are packed. Files are read once, and cannot change between the search and the
 * packing.
 */
export class SecretScanner {
  readonly #found: Diagnostic[] = [];
  readonly #truncatedPaths: string[] = [];

  /** Searches the bytes of a file and yields them unchanged. */
  async *scan(path: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const fileScanner = new FileScanner(path);
    for await (const chunk of bytes) {
      await fileScanner.push(chunk);
      yield chunk;
    }
    await fileScanner.end();
    this.#found.push(...fileScanner.diagnostics);
    if (fileScanner.isTruncated) this.#truncatedPaths.push(path);
  }

  /** Findings so far, sorted by path and line. */
  diagnostics(): Diagnostic[] {
    const found = this.#found.toSorted((a, b) => comparePaths(a.path, b.path) || (a.line ?? 0) - (b.line ?? 0));
    return [
      ...found.slice(0, MAX_REPORTED_SECRETS),
      ...tooManySecretsDiagnostics(found),
      ...partialScanDiagnostics(this.#truncatedPaths),
    ];
  }
}

class FileScanner {
  readonly #path: string;
  readonly #rule: SecretFileRule | undefined;
  readonly #hash: Hash | undefined;
  readonly #text: TextScanner;
  #decoder: TextDecoder | undefined;
  #head = Buffer.alloc(0);
  #bytesSeen = 0;
  #fileDiagnostic: Diagnostic | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#rule = secretFileRule(path);
    this.#hash = this.#rule === undefined ? undefined : createHash('sha256');
    this.#text = new TextScanner(path);
  }

  /** Whether the file is longer than the searched part. */
  get isTruncated(): boolean {
    return this.#decoder !== undefined && this.#bytesSeen > MAX_SCANNED_BYTES;
  }

  /** One finding for the whole file when its name is sufficient, instead of findings in its content. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#fileDiagnostic === undefined ? this.#text.diagnostics : [this.#fileDiagnostic];
  }

  async push(chunk: Uint8Array): Promise<void> {
    this.#hash?.update(chunk);
    if (this.#bytesSeen === 0) this.#decoder = decoderFor(chunk);
    if (this.#rule !== undefined && this.#head.length < MAX_HEAD_BYTES) this.#head = Buffer.concat([this.#head, chunk]);
    const searched = chunk.subarray(0, Math.max(0, MAX_SCANNED_BYTES - this.#bytesSeen));
    this.#bytesSeen += chunk.length;
    if (this.#decoder !== undefined) await this.#text.push(this.#decoder.decode(searched, { stream: true }));
  }

  async end(): Promise<void> {
    await this.#text.end();
    this.#fileDiagnostic = this.#checkFileName();
  }

  #checkFileName(): Diagnostic | undefined {
    if (this.#rule === undefined || this.#hash === undefined) return undefined;
    const line = secretLine(this.#rule, this.#head.subarray(0, MAX_HEAD_BYTES));
    if (line === undefined) return undefined;
    const fingerprint = fingerprintOf(this.#path, 'file', this.#hash.digest());
    const found = { code: 'secret-file', what: this.#rule.what, fingerprint };
    return secretDiagnostic({ path: this.#path, line, column: 1 }, found);
  }
}

/** A decoder for text in UTF-8 or UTF-16; undefined for binary files, which contain NUL characters early. */
function decoderFor(head: Uint8Array): TextDecoder | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le');
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be');
  if (!head.subarray(0, MAX_HEAD_BYTES).includes(0)) return new TextDecoder('utf-8');
  const encoding = unmarkedUtf16(head.subarray(0, 512));
  return encoding === undefined ? undefined : new TextDecoder(encoding);
}

/** Detects UTF-16 without a byte order mark by the zero byte of Latin letters. */
function unmarkedUtf16(sample: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const half = sample.length >> 1;
  const nuls = (parity: number): number => sample.filter((byte, at) => byte === 0 && at % 2 === parity).length;
  const [first, second] = [nuls(0), nuls(1)];
  if (first === 0 && second > 0.8 * half) return 'utf-16le';
  return second === 0 && first > 0.8 * half ? 'utf-16be' : undefined;
}

function tooManySecretsDiagnostics(found: readonly Diagnostic[]): Diagnostic[] {
  const [next] = found.slice(MAX_REPORTED_SECRETS);
  if (next === undefined) return [];
  const message = `There are ${found.length} possible secrets, too many to review. Add their files to .ggenignore.`;
  return [{ severity: 'error', code: 'secrets-many', message, path: next.path, line: next.line ?? 1, column: 1 }];
}

function partialScanDiagnostics(truncatedPaths: readonly string[]): Diagnostic[] {
  return truncatedPaths.toSorted(comparePaths).map((path) => {
    const message = `Only the first ${MAX_SCANNED_BYTES / 2 ** 20} MiB of this file was scanned for secrets.`;
    return { severity: 'information', code: 'secrets-partly', message, path };
  });
}

function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
