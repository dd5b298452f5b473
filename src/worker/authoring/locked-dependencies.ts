import { parsePackageId } from '../../identity/publisher-id.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Dependency, Diagnostic } from '../../shared/model.ts';
import { LOCK_FILE, lockedId } from '../install/lock/lock-file.ts';
import type { LockedPackage } from '../install/lock/lock-file.ts';
import type { Manifest } from './manifest/manifest.ts';

/**
 * Adds the packages that were installed into the project to its dependencies: those that were asked for, with the range
 * that was asked for. What the manifest says about a package has priority.
 *
 * @param publisher of the project, which does not depend on itself
 */
export function withLockedDependencies(
  manifest: Manifest,
  locked: readonly LockedPackage[],
  publisher: string,
): Manifest {
  const added = locked.flatMap((entry): Dependency[] => {
    const { name, requirement } = entry;
    const isSelf = entry.publisher === publisher && name === manifest.name;
    if (requirement === undefined || isSelf || manifest.dependencies.some(({ id }) => names(id, entry))) return [];
    return [{ id: lockedId(entry), requirement, optional: false }];
  });
  if (added.length === 0) return manifest;
  const all = [...manifest.dependencies, ...added];
  const dependencies = all.slice(0, LIMITS.dependencies);
  const cut = all.length === dependencies.length ? [] : [tooMany(manifest.path, all.length)];
  return { ...manifest, dependencies, diagnostics: [...manifest.diagnostics, ...cut] };
}

/** Whether a dependency's id, with or without its publisher, means a locked package. */
function names(id: string, { publisher, name }: LockedPackage): boolean {
  const parsed = parsePackageId(id);
  return parsed.name === name && (parsed.publisher === undefined || parsed.publisher === publisher);
}

function tooMany(path: string, count: number): Diagnostic {
  const message = `The manifest and ${LOCK_FILE} have ${count} dependencies; only the first ${LIMITS.dependencies} are published.`;
  return { severity: 'warning', code: 'manifest-dependency', message, path, line: 1, column: 1 };
}
