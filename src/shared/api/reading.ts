import type { ReleaseBytes, ReleaseComparison, ReleaseFiles, ReleaseFolder, ReleaseStat } from '../model.ts';
import type { Call } from './call.ts';

/** Reading a release without installing it. */
export interface ReadingCalls {
  readFolder: Call<{ readonly release: string; readonly path: string }, ReleaseFolder>;
  statFile: Call<{ readonly release: string; readonly path: string }, ReleaseStat>;
  /** From `offset` (0 when left out) at most `length` bytes, and never more than `READ_BYTES`: ask again for the rest. */
  readFile: Call<
    { readonly release: string; readonly path: string; readonly offset?: number; readonly length?: number },
    ReleaseBytes
  >;
  listFiles: Call<{ readonly release: string }, ReleaseFiles>;
  /** What `to` changed in `from`, without the content of any file. */
  compareReleases: Call<{ readonly from: string; readonly to: string }, ReleaseComparison>;
}
