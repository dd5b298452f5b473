import { GgenError, errorName } from '../../../shared/errors.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Lookup } from '../../registry/lookup.ts';
import { LOCK_FILE, lockedId } from './lock-file.ts';
import type { LockedPackage } from './lock-file.ts';

/** Packages asked for at the same time. */
const MAX_CONCURRENT_LOOKUPS = 8;

/**
 * Check that a lock file says what the publishers signed, as far as their records are known or can be had: a lock file that
 * somebody changed must not bring other content under a trusted name.
 *
 * @throws GgenError LockMismatch
 */
export async function checkAgainstRecords(
  { packages }: { readonly packages: Pick<Catalog['packages'], 'seenRoots'> },
  lookup: Pick<Lookup, 'getVersion'>,
  locked: readonly LockedPackage[],
  signal: AbortSignal,
): Promise<void> {
  const signedRoot = ({ publisher, name, version }: LockedPackage): string | undefined =>
    packages.seenRoots(publisher, name, [version]).get(version);
  const unknown = locked.filter((entry) => signedRoot(entry) === undefined).values();
  const worker = async (): Promise<void> => {
    for (const entry of unknown) await lookUp(lookup, entry, signal);
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT_LOOKUPS }, worker));
  for (const entry of locked) {
    const signed = signedRoot(entry);
    if (signed !== undefined && signed !== entry.root) throw lockMismatch(entry, signed);
  }
}

/** What cannot be found out now is no fault of the lock file: its content is verified all the same. */
async function lookUp(lookup: Pick<Lookup, 'getVersion'>, entry: LockedPackage, signal: AbortSignal): Promise<void> {
  try {
    await lookup.getVersion(lockedId(entry), entry.version, signal);
  } catch (error) {
    if (!['PackageNotFound', 'VersionNotFound', 'TimedOut'].includes(errorName(error))) throw error;
  }
}

function lockMismatch({ publisher, name, version, root }: LockedPackage, signed: string): GgenError {
  return new GgenError(
    'LockMismatch',
    `${LOCK_FILE} gives '${name}' ${version} the content ${root}, but its publisher signed ${signed}. Nothing was installed. Find out who changed the file.`,
    { details: { id: `${publisher}/${name}`, version, locked: root, signed } },
  );
}
