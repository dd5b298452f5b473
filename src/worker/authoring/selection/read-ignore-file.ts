import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { GgenError } from '../../../shared/errors.ts';

/** Longer ignore files are refused. */
const MAX_IGNORE_FILE_BYTES = 1024 * 1024;

/** Error codes that mean that there is no ignore file: absent, a folder, or a link, which git does not follow. */
const ABSENT_ERROR_CODES: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'];

/**
 * Reads an ignore file; undefined when there is none. An unreadable file is an error, because ignoring it would publish
 * what it excludes.
 *
 * @throws GgenError InvalidRequest
 */
export async function readIgnoreFile(path: string): Promise<string | undefined> {
  try {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile()) return undefined;
    if (stat.size > MAX_IGNORE_FILE_BYTES) throw unusableIgnoreFileError(path, `it is too large (${stat.size} bytes)`);
    const text = await handle.readFile('utf8');
    if (text.includes('\0')) throw unusableIgnoreFileError(path, 'it is not encoded as UTF-8');
    return text;
  } catch (error) {
    if (ABSENT_ERROR_CODES.includes((error as NodeJS.ErrnoException).code)) return undefined;
    throw error instanceof GgenError ? error : unusableIgnoreFileError(path, 'it cannot be read', error);
  }
}

function unusableIgnoreFileError(path: string, reason: string, cause?: unknown): GgenError {
  const message = `Cannot tell which files ${path} ignores, because ${reason}. Fix or remove that file, then publish again.`;
  return new GgenError('InvalidRequest', message, { details: { path }, cause });
}
