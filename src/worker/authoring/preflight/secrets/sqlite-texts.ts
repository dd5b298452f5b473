/** File format of SQLite 3: https://www.sqlite.org/fileformat2.html */

const HEADER_BYTES = 100;
const TABLE_LEAF = 0x0d;
const INDEX_LEAF = 0x0a;
const LEAF_HEADER_BYTES = 8;
const ENCODINGS: readonly (string | undefined)[] = [undefined, 'utf-8', 'utf-16le', 'utf-16be'];
/** Longer values are cut: a hostile file can claim any length, and name one page again and again. */
const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

interface Cell {
  /** Where the payload begins in the file. */
  readonly start: number;
  readonly size: number;
  /** Bytes of the payload that lie in the page; the rest is in overflow pages. */
  readonly local: number;
}

/**
 * The texts and blobs that a SQLite database stores, read from the leaves of its trees. Values that cannot be read are
 * left out.
 */
export function* sqliteTexts(file: Buffer): Generator<string> {
  if (file.length < HEADER_BYTES) return;
  const written = file.readUInt16BE(16);
  const pageSize = written === 1 ? 65_536 : written;
  if (pageSize < 512) return;
  const usable = pageSize - (file[20] ?? 0);
  const decoder = new TextDecoder(ENCODINGS[file.readUInt32BE(56)] ?? 'utf-8');
  // Each byte belongs to one value; a hostile file can name the same bytes in many.
  let left = file.length + MAX_PAYLOAD_BYTES;
  for (let page = 0; page + pageSize <= file.length; page += pageSize) {
    for (const cell of cellsOf(file, page, usable)) {
      const payload = payloadOf(file, cell, pageSize, usable);
      left -= payload.length;
      if (left < 0) return;
      for (const value of valuesOf(payload)) yield decoder.decode(value);
    }
  }
}

function* cellsOf(file: Buffer, page: number, usable: number): Generator<Cell> {
  const at = page === 0 ? HEADER_BYTES : page;
  const type = file[at];
  if (type !== TABLE_LEAF && type !== INDEX_LEAF) return;
  const count = file.readUInt16BE(at + 3);
  const maxLocal = type === TABLE_LEAF ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  for (let index = 0; index < count; index++) {
    const pointer = at + LEAF_HEADER_BYTES + index * 2;
    if (pointer + 2 > file.length) return;
    const size = varint(file, page + file.readUInt16BE(pointer));
    const rowId = type === TABLE_LEAF ? varint(file, size.end) : size;
    const inPage = localBytes(size.value, usable, maxLocal);
    if (rowId.end + inPage <= page + usable) yield { start: rowId.end, size: size.value, local: inPage };
  }
}

/** Bytes of a payload in its page, by the formula of the file format. */
function localBytes(size: number, usable: number, maxLocal: number): number {
  if (size <= maxLocal) return size;
  const minLocal = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = minLocal + ((size - minLocal) % (usable - 4));
  return fitting <= maxLocal ? fitting : minLocal;
}

function payloadOf(file: Buffer, { start, size, local }: Cell, pageSize: number, usable: number): Buffer {
  const parts = [file.subarray(start, start + local)];
  const wanted = Math.min(size, MAX_PAYLOAD_BYTES, file.length);
  let length = local;
  let next = length < wanted ? start + local : undefined;
  while (next !== undefined && length < wanted && next + 4 <= file.length) {
    const page = (file.readUInt32BE(next) - 1) * pageSize;
    if (page < 0 || page + usable > file.length) break;
    const part = file.subarray(page + 4, page + 4 + Math.min(usable - 4, wanted - length));
    parts.push(part);
    length += part.length;
    next = page;
  }
  return Buffer.concat(parts);
}

/** Texts and blobs of a record: a header of serial types, then the values. */
function* valuesOf(payload: Buffer): Generator<Buffer> {
  const header = varint(payload, 0);
  let at = header.value;
  for (let type = header.end; type < header.value && type < payload.length;) {
    const serial = varint(payload, type);
    type = serial.end;
    const size = serialBytes(serial.value);
    if (serial.value >= 12 && size > 0) yield payload.subarray(at, at + size);
    at += size;
  }
}

function serialBytes(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][type] ?? 0;
}

/** A number of up to 9 bytes, 7 bits in each. */
function varint(bytes: Buffer, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[at + index] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  return { value: value * 256 + (bytes[at + 8] ?? 0), end: at + 9 };
}
