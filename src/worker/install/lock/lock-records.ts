import { GgenError, errorName } from '../../../shared/errors.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Lookup } from '../../registry/lookup.ts';
import { LOCK_FILE, lockedId } from './lock-file.ts';
import type { LockedPackage } from './lock-file.ts';

const MAX_CONCURRENT_LOOKUPS = 8;

/**
 * Checks a lock file against the publishers' signed records, as far as these are known or can be found. A manipulated
 * lock file must not install other content under a trusted name.
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

/** A failed lookup is no error: content that is installed is verified against the root in any case. */
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
    `${LOCK_FILE} lists '${name}' ${version} with the content ${root}, but its publisher signed ${signed}. Nothing was installed. Find out who changed the file.`,
    { details: { id: `${publisher}/${name}`, version, locked: root, signed } },
  );
}
