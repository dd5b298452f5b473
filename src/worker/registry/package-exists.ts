import type { Calls } from '../../shared/api/index.ts';
import { errorName } from '../../shared/errors.ts';
import type { Lookup } from './lookup.ts';

/**
 * Whether a package, or a release of it by exact version or range, is known here or to the network.
 *
 * @throws GgenError InvalidRequest, PackageAmbiguous
 */
export async function packageExists(
  lookup: Pick<Lookup, 'getPackage' | 'getVersion'>,
  { id, version }: Calls['exists']['request'],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if (version === undefined) await lookup.getPackage(id, signal);
    else await lookup.getVersion(id, version, signal);
    return true;
  } catch (error) {
    if (['PackageNotFound', 'VersionNotFound'].includes(errorName(error))) return false;
    throw error;
  }
}
