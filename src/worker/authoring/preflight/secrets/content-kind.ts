/** How a file is searched, by its first bytes. */
export type ContentKind =
  | { readonly kind: 'text'; readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' }
  | { readonly kind: 'database' | 'zip' | 'gzip' | 'tar' | 'binary' }
  /** An archive that cannot be read here, with its name for messages. */
  | { readonly kind: 'unsupported'; readonly what: string };

/** First bytes that tell all kinds apart: the signature of tar lies at offset 257. */
export const MIN_KIND_BYTES = 512;

/** Signatures as latin1 text. https://en.wikipedia.org/wiki/List_of_file_signatures */
const SIGNATURES: readonly (readonly [signature: string, kind: ContentKind])[] = [
  ['PK\u0003\u0004', { kind: 'zip' }],
  ['\u001f\u008b\u0008', { kind: 'gzip' }],
  ['SQLite format 3\0', { kind: 'database' }],
  ['7z\u00bc\u00af\u0027\u001c', { kind: 'unsupported', what: '7-Zip archives' }],
  ['Rar!\u001a\u0007', { kind: 'unsupported', what: 'RAR archives' }],
  ['\u00fd7zXZ\0', { kind: 'unsupported', what: 'xz files' }],
  ['BZh', { kind: 'unsupported', what: 'bzip2 files' }],
  ['\u0028\u00b5\u002f\u00fd', { kind: 'unsupported', what: 'Zstandard files' }],
];

/** @param head at least MIN_KIND_BYTES, or the whole file */
export function contentKind(head: Uint8Array): ContentKind {
  const start = Buffer.from(head.subarray(0, MIN_KIND_BYTES)).toString('latin1');
  const signed = SIGNATURES.find(([signature]) => start.startsWith(signature));
  // A text may begin with `BZh`; compressed data is no text.
  if (signed !== undefined && (signed[0] !== 'BZh' || /^BZh[1-9]1AY&SY/.test(start))) return signed[1];
  if (start.slice(257, 262) === 'ustar') return { kind: 'tar' };
  if (start.startsWith('\u00ff\u00fe')) return { kind: 'text', encoding: 'utf-16le' };
  if (start.startsWith('\u00fe\u00ff')) return { kind: 'text', encoding: 'utf-16be' };
  if (!head.includes(0)) return { kind: 'text', encoding: 'utf-8' };
  const encoding = unmarkedUtf16(head.subarray(0, MIN_KIND_BYTES));
  return encoding === undefined ? { kind: 'binary' } : { kind: 'text', encoding };
}

/** Detects UTF-16 without a byte order mark by the zero byte of Latin letters. */
function unmarkedUtf16(sample: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const half = sample.length >> 1;
  const nuls = (parity: number): number => sample.filter((byte, at) => byte === 0 && at % 2 === parity).length;
  const [first, second] = [nuls(0), nuls(1)];
  if (first === 0 && second > 0.8 * half) return 'utf-16le';
  return second === 0 && first > 0.8 * half ? 'utf-16be' : undefined;
}
