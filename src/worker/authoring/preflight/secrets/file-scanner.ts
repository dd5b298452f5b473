import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { TextDecoder } from 'node:util';
import type { ArchiveEntry } from './archive-entries.ts';
import { gzipEntry, tarEntries, zipEntries } from './archive-entries.ts';
import type { ContentKind } from './content-kind.ts';
import { MIN_KIND_BYTES, contentKind } from './content-kind.ts';
import type { FoundSecret } from './finding.ts';
import { fingerprintOf } from './finding.ts';
import { isFixture } from './harmless.ts';
import { sqliteTexts } from './sqlite-texts.ts';
import { secretFileRule, secretLine } from './secret-files.ts';
import type { SecretFileRule } from './secret-files.ts';
import { TextScanner } from './text-scanner.ts';

/** The first bytes decide whether a file is a key file. */
const MAX_HEAD_BYTES = 64 * 1024;
/** Bytes of one file that are searched. */
export const MAX_SCANNED_BYTES = 256 * 1024 * 1024;
/** Larger archives are not searched, because their directory is at the end. */
const MAX_ARCHIVE_BYTES = 32 * 1024 * 1024;
/** Bytes that the files of one archive may have together; a larger one may be a decompression bomb. */
const MAX_EXTRACTED_BYTES = 128 * 1024 * 1024;
/** What separates texts in a database. */
// eslint-disable-next-line no-control-regex -- control characters are what it matches
const NOT_TEXT = /[\0-\u0008\u000b-\u001f\ufffd]+/g;
const MAX_ARCHIVE_FILES = 10_000;
const TOO_MUCH = 'is an archive with too much in it, and only a part was searched';
/** Archives in archives: a compressed tar is two. */
const MAX_ARCHIVE_DEPTH = 3;

/** What the archives inside one file share. */
interface ArchiveBudget {
  bytes: number;
  files: number;
}

interface FilePlace {
  readonly path: string;
  /** Path inside an archive. */
  readonly inside?: string | undefined;
  /** Name of the file itself, where a link gives it another one. */
  readonly realName?: string | undefined;
  readonly depth?: number;
  readonly budget?: ArchiveBudget;
}

/** Searches one file while it is read, and the files in it when it is an archive. */
export class FileScanner {
  /** What was not searched, as clauses: `is larger than 32 MiB`. */
  readonly obstacles: string[] = [];
  readonly #place: FilePlace;
  readonly #budget: ArchiveBudget;
  readonly #rule: SecretFileRule | undefined;
  readonly #hash: Hash | undefined;
  readonly #text: TextScanner;
  readonly #inner: FoundSecret[] = [];
  #kind: ContentKind | undefined;
  #decoder: TextDecoder | undefined;
  /** First bytes, until the kind is known. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #archive: Uint8Array[] = [];
  #head = Buffer.alloc(0);
  #bytesSeen = 0;
  #fileFinding: FoundSecret | undefined;

  constructor(place: FilePlace) {
    const { path, inside, realName } = place;
    this.#place = place;
    this.#budget = place.budget ?? { bytes: 0, files: 0 };
    this.#rule = secretFileRule(inside ?? path) ?? (realName === undefined ? undefined : secretFileRule(realName));
    this.#hash = this.#rule === undefined ? undefined : createHash('sha256');
    this.#text = new TextScanner({ path, inside, isEmbedded: () => this.#kind?.kind === 'database' });
  }

  /** One finding for the whole file when its name is sufficient, instead of findings in its content. */
  get found(): readonly FoundSecret[] {
    if (this.#fileFinding !== undefined) return [this.#fileFinding];
    const all = [...this.#text.found, ...this.#inner];
    return this.#kind?.kind === 'database' ? withoutRepetitions(all) : all;
  }

  async push(chunk: Uint8Array): Promise<void> {
    this.#hash?.update(chunk);
    if (this.#rule !== undefined && this.#head.length < MAX_HEAD_BYTES) this.#head = Buffer.concat([this.#head, chunk]);
    if (this.#kind !== undefined) {
      await this.#search(chunk);
      return;
    }
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= MIN_KIND_BYTES) await this.#start();
  }

  async end(): Promise<void> {
    if (this.#kind === undefined) await this.#start();
    if (this.#decoder !== undefined) await this.#pushText(this.#decoder.decode());
    await this.#text.end();
    if (this.#bytesSeen > MAX_SCANNED_BYTES && this.#decoder !== undefined)
      this.obstacles.push(`is larger than ${mebibytes(MAX_SCANNED_BYTES)}, and only its beginning was searched`);
    await this.#searchDatabase();
    await this.#searchArchive();
    this.#fileFinding = this.#checkFileName();
  }

  async #start(): Promise<void> {
    const head = this.#pending.length === 1 ? (this.#pending[0] ?? new Uint8Array()) : Buffer.concat(this.#pending);
    this.#pending = [];
    this.#kind = contentKind(head);
    if (this.#kind.kind === 'text') this.#decoder = new TextDecoder(this.#kind.encoding);
    if (this.#kind.kind === 'database') this.#decoder = new TextDecoder('utf-8');
    if (this.#kind.kind === 'unsupported')
      this.obstacles.push(`cannot be read, because ${this.#kind.what} are not supported`);
    await this.#search(head);
  }

  async #search(chunk: Uint8Array): Promise<void> {
    const searched = chunk.subarray(0, Math.max(0, MAX_SCANNED_BYTES - this.#bytesSeen));
    this.#bytesSeen += chunk.length;
    if (this.#decoder !== undefined) await this.#pushText(this.#decoder.decode(searched, { stream: true }));
    if (!this.#isBuffered) return;
    // Chunks belong to the reader, which may use their memory again.
    if (this.#bytesSeen <= MAX_ARCHIVE_BYTES) this.#archive.push(Uint8Array.from(chunk));
    else this.#archive = [];
  }

  get #isArchive(): boolean {
    return ['zip', 'gzip', 'tar'].includes(this.#kind?.kind ?? '');
  }

  get #isBuffered(): boolean {
    return this.#isArchive || this.#kind?.kind === 'database';
  }

  /** Also finds what was deleted from a database, whose bytes stay in the file. */
  async #pushText(text: string): Promise<void> {
    await this.#text.push(this.#kind?.kind === 'database' ? text.replace(NOT_TEXT, '\n') : text);
  }

  /** The values that a database stores. Larger ones are searched as they lie in the file only. */
  async #searchDatabase(): Promise<void> {
    if (this.#kind?.kind !== 'database') return;
    const { path, inside } = this.#place;
    const values = new TextScanner({ path, inside, isEmbedded: () => true });
    for (const text of sqliteTexts(Buffer.concat(this.#archive))) await values.push(`${text}\n`);
    await values.end();
    this.#archive = [];
    this.#inner.push(...values.found);
  }

  async #searchArchive(): Promise<void> {
    if (!this.#isArchive) return;
    const { depth = 0 } = this.#place;
    if (depth >= MAX_ARCHIVE_DEPTH) this.obstacles.push('is nested too deeply');
    else if (this.#bytesSeen > MAX_ARCHIVE_BYTES)
      this.obstacles.push(`is an archive larger than ${mebibytes(MAX_ARCHIVE_BYTES)}`);
    else await this.#searchEntries(Buffer.concat(this.#archive), depth);
    this.#archive = [];
  }

  async #searchEntries(archive: Buffer, depth: number): Promise<void> {
    try {
      for (const entry of this.#entries(archive)) {
        if (++this.#budget.files > MAX_ARCHIVE_FILES || this.#budget.bytes > MAX_EXTRACTED_BYTES) {
          if (!this.obstacles.includes(TOO_MUCH)) this.obstacles.push(TOO_MUCH);
          return;
        }
        await this.#searchEntry(entry, depth);
      }
    } catch {
      this.obstacles.push('is an archive that is damaged');
    }
  }

  #entries(archive: Buffer): Iterable<ArchiveEntry> {
    if (this.#kind?.kind === 'zip') return zipEntries(archive);
    return this.#kind?.kind === 'tar'
      ? tarEntries(archive)
      : [gzipEntry(archive, this.#place.inside ?? this.#place.path)];
  }

  async #searchEntry({ name, obstacle, content }: ArchiveEntry, depth: number): Promise<void> {
    const { path, inside } = this.#place;
    const inner = inside === undefined ? name : `${inside}/${name}`;
    if (obstacle !== undefined) {
      this.obstacles.push(`contains "${name}", which ${obstacle}`);
      return;
    }
    const scanner = new FileScanner({ path, inside: inner, depth: depth + 1, budget: this.#budget });
    for await (const chunk of content) {
      this.#budget.bytes += chunk.length;
      if (this.#budget.bytes > MAX_EXTRACTED_BYTES) {
        this.obstacles.push(TOO_MUCH);
        break;
      }
      await scanner.push(chunk);
    }
    await scanner.end();
    this.#inner.push(...scanner.found);
    this.obstacles.push(...scanner.obstacles.map((one) => `contains "${name}", which ${one}`));
  }

  #checkFileName(): FoundSecret | undefined {
    if (this.#rule === undefined || this.#hash === undefined) return undefined;
    const line = secretLine(this.#rule, this.#head.subarray(0, MAX_HEAD_BYTES));
    if (line === undefined) return undefined;
    const { path, inside } = this.#place;
    const name = inside === undefined ? path : `${path}!${inside}`;
    return {
      path,
      ...(inside === undefined ? { line, column: 1 } : { inside }),
      code: 'secret-file',
      what: this.#rule.what,
      masked: '',
      fingerprint: fingerprintOf(name, 'file', this.#hash.digest()),
      harmless: isFixture(inside === undefined ? path : `${path}/${inside}`) ? 'fixture' : undefined,
    };
  }
}

function withoutRepetitions(found: readonly FoundSecret[]): FoundSecret[] {
  return [...new Map(found.map((one) => [one.fingerprint, one])).values()];
}

function mebibytes(bytes: number): string {
  return `${bytes / 2 ** 20} MiB`;
}
