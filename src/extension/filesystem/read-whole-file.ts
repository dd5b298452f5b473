import type { Engine } from '../../shared/api.ts';
import { GgenError } from '../../shared/errors.ts';
import { bounded } from '../engine/bounded.ts';
import type { Localise } from '../ui/localise.ts';
import { formatBytes } from '../ui/format.ts';
import type { ReleasePath } from './release-path.ts';
import { releaseText } from './release-path.ts';

/** Largest file that is opened: VS Code holds all of it in memory, several times over. */
export const OPEN_BYTES = 64 * 1024 * 1024;
/** Bound on one part of at most `READ_BYTES`. */
const PART_BOUND_MS = 60_000;

/**
 * A file of a release, part by part.
 *
 * @param onPart told after each part how many bytes are there, of how many
 * @throws GgenError as `readFile` of the engine; InvalidRequest when the file is too large to be opened
 */
export async function readWholeFile(
  engine: Pick<Engine, 'readFile'>,
  file: ReleasePath,
  signal: AbortSignal,
  t: Localise,
  onPart: (bytes: number, size: number) => void,
): Promise<Uint8Array> {
  const release = releaseText(file);
  let whole: Uint8Array | undefined;
  let offset = 0;
  do {
    const request = { release, path: file.path, offset };
    const { bytes, size } = await bounded(PART_BOUND_MS, signal, (bound) =>
      engine.readFile(request, { signal: bound }),
    );
    if (size > OPEN_BYTES) throw tooLarge(file, size, t);
    whole ??= new Uint8Array(size);
    if (bytes.length === 0 && offset < size) break;
    whole.set(bytes, offset);
    offset += bytes.length;
    onPart(offset, size);
  } while (offset < whole.length);
  return whole;
}

function tooLarge({ path, name }: ReleasePath, size: number, t: Localise): GgenError {
  return new GgenError(
    'InvalidRequest',
    t(
      '{0} has {1}. Files above {2} are not opened before the package is installed; install {3} to have it.',
      path,
      formatBytes(size),
      formatBytes(OPEN_BYTES),
      name,
    ),
  );
}
