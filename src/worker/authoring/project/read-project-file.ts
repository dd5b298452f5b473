import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { GgenError } from '../../../shared/errors.ts';
import type { ProjectFile } from './project.ts';

/**
 * Bytes that are read at once: those of a leaf of the import profile, which then becomes a block without being copied. Half
 * the garbage is half the memory, because buffers outlive their use until they are collected.
 */
const CHUNK_BYTES = 1024 * 1024;

/**
 * The bytes of a file of a scan, in chunks that are the caller's to keep. A file that is not what the scan saw (another
 * size, another time, a link by now, gone) is refused, before or while it is read.
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

/** Read until the chunk is full: some file systems give less than was asked for. */
async function fillChunk(chunk: Uint8Array, handle: FileHandle, offset: number, file: ProjectFile): Promise<void> {
  for (let filled = 0; filled < chunk.length;) {
    const { bytesRead } = await handle.read(chunk, filled, chunk.length - filled, offset + filled);
    if (bytesRead === 0) throw projectChangedError(file);
    filled += bytesRead;
  }
}

/**
 * Open a file of a scan if it is still what the scan saw. The caller closes it.
 *
 * @throws GgenError ProjectChanged
 */
export async function openUnchangedFile(file: ProjectFile): Promise<FileHandle> {
  // O_NOFOLLOW does not exist on Windows, where `undefined` counts as no flag; O_NONBLOCK keeps a pipe from blocking.
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
