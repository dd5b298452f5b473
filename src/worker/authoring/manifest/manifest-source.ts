import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../../../shared/model.ts';
import { KeyLocations, type SourcePosition } from './document.ts';

/** Longer manifests are refused. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;

/** The text of a manifest, or the diagnostic that says why it cannot be read. */
export type ManifestSource = { readonly text: string } | { readonly diagnostic: Diagnostic };

/**
 * Reads a manifest as text, without its byte order mark. A symbolic link, an oversized file and invalid UTF-8 give a
 * diagnostic; a missing file throws the file system's error.
 */
export async function readSource(root: string, path: string): Promise<ManifestSource> {
  // Windows has no O_NOFOLLOW, and `undefined` counts as no flag. O_NONBLOCK keeps a pipe from blocking the call.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    await using handle = await open(join(root, path), flags);
    return await readHandle(handle, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error;
    return sourceFailure(path, 'manifest-link', 'The manifest is a symbolic link. Use a regular file instead.');
  }
}

async function readHandle(handle: FileHandle, path: string): Promise<ManifestSource> {
  const stat = await handle.stat();
  if (!stat.isFile()) return sourceFailure(path, 'manifest-not-a-file', 'The manifest is not a regular file.');
  if (stat.size > MAX_MANIFEST_BYTES) {
    return sourceFailure(
      path,
      'manifest-too-large',
      `The manifest has ${stat.size} bytes. The maximum is ${MAX_MANIFEST_BYTES}.`,
    );
  }
  // The additional byte detects a file that grows while it is read; a short read means the end of the file.
  const buffer = Buffer.alloc(stat.size + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return decode(buffer.subarray(0, length), path);
}

function decode(bytes: Uint8Array, path: string): ManifestSource {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16) return sourceFailure(path, 'manifest-encoding', 'The manifest is encoded as UTF-16. Save it as UTF-8.');
  const text = new TextDecoder().decode(bytes); // removes the byte order mark
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { text };
  } catch {
    const at = new KeyLocations(text).position(invalidOffset(bytes, text));
    return sourceFailure(
      path,
      'manifest-encoding',
      'The manifest is not valid UTF-8 from this position on. Save it as UTF-8.',
      at,
    );
  }
}

/** Offset in the text of the first bytes that are no UTF-8: encoding the text again gives other bytes there. */
function invalidOffset(bytes: Uint8Array, text: string): number {
  const encoded = new TextEncoder().encode(text);
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const differing = bytes.subarray(mark).findIndex((byte, index) => byte !== encoded[index]);
  const valid = differing < 0 ? bytes.length : differing;
  // Bytes of the replacement character may equal the invalid ones by chance, so the offset is that of a character.
  const before = new TextDecoder().decode(bytes.subarray(mark, mark + valid)).replace(/\ufffd$/, '');
  return before.length;
}

function sourceFailure(
  path: string,
  code: string,
  message: string,
  at: SourcePosition = { line: 1, column: 1 },
): ManifestSource {
  return { diagnostic: { severity: 'error', code, message, path, ...at } };
}
