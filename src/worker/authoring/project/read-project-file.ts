import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { GgenError } from '../../../shared/errors.ts';
import type { ProjectFile } from './project.ts';

/**
 * Size of a leaf in the import profile, so that a chunk becomes a block without a copy. Larger chunks would double the
 * memory held by buffers that wait for garbage collection.
 */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Reads a scanned file in chunks that the caller may keep. A file that changed since the scan (size, time, type, gone)
 * is refused before or during reading.
 *
 * @throws GgenError ProjectChanged
 */
export async function* readProjectFile(
  file: ProjectFile,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  await using handle = await openUnchangedFile(file);
  let offset = 0;
  while (offset < file.size) {
    signal?.throwIfAborted();
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, file.size - offset));
    await fillChunk(chunk, handle, offset, file);
    offset += chunk.length;
    yield chunk;
  }
  await assertUnchanged(handle, file);
}

/** Reads until the chunk is full, because some file systems return less than requested. */
async function fillChunk(chunk: Uint8Array, handle: FileHandle, offset: number, file: ProjectFile): Promise<void> {
  for (let filled = 0; filled < chunk.length;) {
    const { bytesRead } = await handle.read(chunk, filled, chunk.length - filled, offset + filled);
    if (bytesRead === 0) throw projectChangedError(file);
    filled += bytesRead;
  }
}

/**
 * Opens a file if it is unchanged since the scan. The caller closes it.
 *
 * @throws GgenError ProjectChanged
 */
export async function openUnchangedFile(file: ProjectFile): Promise<FileHandle> {
  // Windows has no O_NOFOLLOW, and `undefined` counts as no flag. O_NONBLOCK keeps a pipe from blocking the call.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file.absolutePath, flags).catch((cause: unknown) => {
    throw projectChangedError(file, cause);
  });
  try {
    await assertUnchanged(handle, file);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function assertUnchanged(handle: FileHandle, file: ProjectFile): Promise<void> {
  const stats = await handle.stat();
  if (!stats.isFile() || stats.size !== file.size || stats.mtimeMs !== file.mtimeMs) throw projectChangedError(file);
}

function projectChangedError(file: ProjectFile, cause?: unknown): GgenError {
  const message = `${file.path} changed or disappeared while the project was being read. Publish again when files no longer change.`;
  return new GgenError('ProjectChanged', message, { details: { path: file.path }, cause });
}
