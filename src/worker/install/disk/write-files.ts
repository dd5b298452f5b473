import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GgenError } from '../../../shared/errors.ts';
import { blockBufferPool } from '../../dag/block-buffer-pool.ts';
import { RAW } from '../../dag/codecs.ts';
import { EXECUTABLE_MODE } from '../../dag/nodes.ts';
import { fileContent } from './file-leaves.ts';
import type { GetBlock, TreeFile } from './tree-files.ts';

/** Keeps the thread pool busy, and stays far below the limit of open files. */
const MAX_CONCURRENT_WRITES = 16;

export interface WriteOptions {
  readonly get: GetBlock;
  readonly signal: AbortSignal;
  /** Size of the release by its record. */
  readonly maxBytes: number;
  /** Called after each piece of a file; `file` is true after its last one. */
  readonly onWritten: (bytes: number, file: boolean) => void;
}

/**
 * Writes files into an empty folder. Their paths must have been checked. A file of one block is written at once.
 *
 * @throws GgenError RecordInvalid when the files exceed the size in the record; Node's error; the errors of `get`
 */
export async function writeFiles(files: readonly TreeFile[], folder: string, options: WriteOptions): Promise<void> {
  const folders = new Set(files.map(({ path }) => dirname(path)).filter((path) => path !== '.'));
  for (const path of folders) await mkdir(join(folder, path), { recursive: true });
  const writer = new FileWriter(folder, options);
  const queue = files.values();
  const failed = new AbortController();
  const workers = Array.from({ length: MAX_CONCURRENT_WRITES }, async () => {
    try {
      for (const file of queue) {
        failed.signal.throwIfAborted();
        await writer.write(file);
      }
    } catch (error) {
      failed.abort(error);
    }
  });
  await Promise.all(workers);
  failed.signal.throwIfAborted();
}

class FileWriter {
  readonly #folder: string;
  readonly #options: WriteOptions;
  #bytes = 0;

  constructor(folder: string, options: WriteOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  async write({ path, cid, executable }: TreeFile): Promise<void> {
    const { get, signal, onWritten } = this.#options;
    signal.throwIfAborted();
    const filePath = join(this.#folder, path);
    // 'wx': two paths that are one name to the file system must fail instead of overwriting each other.
    if (cid.code === RAW) {
      const bytes = this.#countBytes(await get(cid));
      await writeFile(filePath, bytes, { flag: 'wx' });
      blockBufferPool.release(bytes);
      onWritten(bytes.length, true);
      return;
    }
    // The system takes the bits of the user's umask away.
    const file = executable ? await open(filePath, 'wx', EXECUTABLE_MODE) : await open(filePath, 'wx');
    try {
      for await (const bytes of fileContent(cid, get, signal)) {
        await file.writeFile(this.#countBytes(bytes));
        onWritten(bytes.length, false);
      }
    } finally {
      await file.close();
    }
    onWritten(0, true);
  }

  #countBytes(bytes: Uint8Array): Uint8Array {
    this.#bytes += bytes.length;
    if (this.#bytes <= this.#options.maxBytes) return bytes;
    throw new GgenError('RecordInvalid', 'The content is larger than its record specifies. Nothing was installed.');
  }
}
