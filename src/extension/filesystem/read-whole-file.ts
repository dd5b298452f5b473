import type { Engine } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import type { Localize } from '../ui/localize.ts';
import { formatBytes } from '../ui/format.ts';
import type { ReleasePath } from './release-path.ts';
import { releaseText } from './release-path.ts';

/** Maximum size of a file to open: VS Code holds several copies of it in memory. */
export const MAX_OPEN_FILE_BYTES = 64 * 1024 * 1024;
/** Timeout of one `readFile` call, which returns at most `READ_BYTES`. */
const PART_TIMEOUT_MS = 60_000;

/**
 * Read a file of a release, part by part.
 *
 * @param onPart called after each part with the bytes read so far and the file's size
 * @throws GgenError as `readFile` of the engine; InvalidRequest when the file is too large to be opened
 */
export async function readWholeFile(
  engine: Pick<Engine, 'readFile'>,
  file: ReleasePath,
  signal: AbortSignal,
  t: Localize,
  onPart: (bytes: number, size: number) => void,
): Promise<Uint8Array> {
  const release = releaseText(file);
  let whole: Uint8Array | undefined;
  let offset = 0;
  do {
    const request = { release, path: file.path, offset };
    const { bytes, size } = await callWithTimeout(PART_TIMEOUT_MS, signal, (callSignal) =>
      engine.readFile(request, { signal: callSignal }),
    );
    if (size > MAX_OPEN_FILE_BYTES) throw tooLarge(file, size, t);
    whole ??= new Uint8Array(size);
    if (bytes.length === 0 && offset < size) break;
    whole.set(bytes, offset);
    offset += bytes.length;
    onPart(offset, size);
  } while (offset < whole.length);
  return whole;
}

function tooLarge({ path, name }: ReleasePath, size: number, t: Localize): GgenError {
  return new GgenError(
    'InvalidRequest',
    t(
      '{0} is {1}. Files larger than {2} cannot be opened before installation. Install {3} to open it.',
      path,
      formatBytes(size),
      formatBytes(MAX_OPEN_FILE_BYTES),
      name,
    ),
  );
}
