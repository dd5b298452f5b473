import type { Calls } from '../../../shared/api/index.ts';
import type { ResolvedName } from '../../../shared/model.ts';
import type { Lookup } from '../../registry/lookup.ts';
import { realPath } from '../disk/real-path.ts';
import { absolutePath } from '../disk/target.ts';
import { findProject, readProjectLock } from '../lock/project-lock.ts';
import { lockContext } from './lookup-source.ts';

/**
 * Finds the package that an id or bare name means in a folder: the lock file of its project counts first.
 *
 * @throws GgenError InvalidRequest, PackageNotFound, PackageAmbiguous, LockInvalid
 */
export async function resolvePackage(
  lookup: Pick<Lookup, 'resolve'>,
  { id, project }: Calls['resolvePackage']['request'],
  signal: AbortSignal,
): Promise<ResolvedName> {
  if (project === undefined || id.includes('/')) return lookup.resolve(id, signal);
  const root = await findProject(await realPath(absolutePath(project, 'The project')));
  if (root === undefined) return lookup.resolve(id, signal);
  return lookup.resolve(id, signal, lockContext((await readProjectLock(root)).packages));
}
