import { Readable } from 'node:stream';
import type { Duplex } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';

/** A file of an archive; its content is read once, or not at all. */
export interface ArchiveEntry {
  readonly name: string;
  /** Why it cannot be read: a clause about it. */
  readonly obstacle?: string;
  readonly content: AsyncIterable<Uint8Array>;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const TAR_BLOCK_BYTES = 512;

/**
 * Files of a ZIP archive (APPNOTE.TXT of PKWARE) by its central directory.
 *
 * @throws RangeError when it is damaged
 */
export function* zipEntries(archive: Buffer): Generator<ArchiveEntry> {
  const end = findEnd(archive);
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new RangeError('The directory of the archive is damaged.');
    const [flags, method] = [archive.readUInt16LE(at + 8), archive.readUInt16LE(at + 10)];
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    const header = archive.readUInt32LE(at + 42);
    const size = archive.readUInt32LE(at + 20);
    const name = archive.toString('utf8', at + DIRECTORY_ENTRY_BYTES, at + DIRECTORY_ENTRY_BYTES + (nameLength ?? 0));
    at += DIRECTORY_ENTRY_BYTES + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
    if (name.endsWith('/')) continue;
    const start = header + LOCAL_HEADER_BYTES + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
    const data = archive.subarray(start, start + size);
    if ((flags & 1) !== 0) yield { name, obstacle: 'is encrypted', content: none() };
    else if (method === 0) yield { name, content: Readable.from([data]) };
    else if (method === 8) yield { name, content: through(data, createInflateRaw()) };
    else yield { name, obstacle: 'is compressed by an unsupported method', content: none() };
  }
}

/** The end record, which a comment may follow. */
function findEnd(archive: Buffer): number {
  const lowest = Math.max(0, archive.length - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = archive.length - END_BYTES; at >= lowest; at--)
    if (archive.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  throw new RangeError('The archive has no directory.');
}

/** Files of a tar archive (POSIX ustar). */
export function* tarEntries(archive: Buffer): Generator<ArchiveEntry> {
  for (let at = 0; at + TAR_BLOCK_BYTES <= archive.length;) {
    const header = archive.subarray(at, at + TAR_BLOCK_BYTES);
    if (header.every((byte) => byte === 0)) return;
    const text = (start: number, length: number): string =>
      header.toString('utf8', start, start + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12).trim() || '0', 8);
    if (!Number.isSafeInteger(size) || size < 0) throw new RangeError('A header of the archive is damaged.');
    const name = [text(345, 155), text(0, 100)].filter((part) => part !== '').join('/');
    const start = at + TAR_BLOCK_BYTES;
    const type = text(156, 1);
    if (type === '' || type === '0') yield { name, content: Readable.from([archive.subarray(start, start + size)]) };
    at = start + Math.ceil(size / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
  }
}

/** The file in a gzip file (RFC 1952). */
export function gzipEntry(archive: Buffer, name: string): ArchiveEntry {
  return { name: name.replace(/^.*\//, '').replace(/\.t?gz$/i, ''), content: through(archive, createGunzip()) };
}

async function* through(data: Uint8Array, stream: Duplex): AsyncGenerator<Uint8Array> {
  // The decompressor reads on only while its output is taken, so that its memory is bounded.
  stream.end(data);
  for await (const chunk of stream) yield chunk as Uint8Array;
}

// eslint-disable-next-line @typescript-eslint/require-await -- nothing to wait for
async function* none(): AsyncGenerator<Uint8Array> {
  yield* [];
}
