import type { ReleaseBytes, ReleaseComparison, ReleaseFiles, ReleaseFolder, ReleaseStat } from '../model.ts';
import type { ReadError } from './call-errors.ts';
import type { Call } from './call.ts';

/**
 * Reading a release without installing it. A `release` is `publisher/name@version`, a shorter form of it as in the
 * registry calls, or a content root. Paths are relative, with forward slashes; `''` is the root. Blocks are fetched as
 * they are needed, hashed before they count, and kept while there is room.
 */
export interface ReadingCalls {
  /** List one folder. */
  readFolder: Call<{ readonly release: string; readonly path: string }, ReleaseFolder, never, ReadError>;
  /** Describe one file or folder. The root is answered without a block. */
  statFile: Call<{ readonly release: string; readonly path: string }, ReleaseStat, never, ReadError>;
  /**
   * Read at most `length` bytes from `offset` (0 when left out), and at most 4 MiB: read the rest with further calls.
   */
  readFile: Call<
    { readonly release: string; readonly path: string; readonly offset?: number; readonly length?: number },
    ReleaseBytes,
    never,
    ReadError
  >;
  /** List all files of a release, sorted by path. Only its folders are fetched. */
  listFiles: Call<{ readonly release: string }, ReleaseFiles, never, ReadError>;
  /** List the files in which two releases differ, sorted by path. Only folders are fetched, and no file's content. */
  compareReleases: Call<{ readonly from: string; readonly to: string }, ReleaseComparison, never, ReadError>;
}
