import { GgenError, errorName } from '../../../shared/errors.ts';
import type { Release, RootMismatch } from '../../../shared/model.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Lookup } from '../../registry/lookup.ts';
import { LOCK_FILE, lockedId } from './lock-file.ts';
import type { LockedPackage } from './lock-file.ts';

const MAX_CONCURRENT_LOOKUPS = 8;

/** What one version stands for: in the lock file, or in the publisher's signed record. */
export type VersionContent = Pick<LockedPackage, 'publisher' | 'name' | 'version' | 'root'>;

/**
 * Returns the packages of a lock file as they are to be installed, checked against the publishers' signed records as far
 * as these are known or can be found. A manipulated lock file must not install other content under a trusted name.
 *
 * @param acceptedRoots content roots that the user accepts in place of the locked ones
 * @throws GgenError LockMismatch
 */
export async function checkAgainstRecords(
  { packages }: { readonly packages: Pick<Catalog['packages'], 'details' | 'seenRoots'> },
  lookup: Pick<Lookup, 'getVersion'>,
  locked: readonly LockedPackage[],
  acceptedRoots: readonly string[],
  signal: AbortSignal,
): Promise<readonly LockedPackage[]> {
  const signedRoot = ({ publisher, name, version }: LockedPackage): string | undefined =>
    packages.seenRoots(publisher, name, [version]).get(version);
  const unknown = locked.filter((entry) => signedRoot(entry) === undefined).values();
  const worker = async (): Promise<void> => {
    for (const entry of unknown) await lookUp(lookup, entry, signal);
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT_LOOKUPS }, worker));
  const signed = locked.map((entry) => ({ ...entry, root: signedRoot(entry) ?? entry.root }));
  assertLockedRoots(locked, signed, acceptedRoots);
  return locked.map((entry) => {
    const root = signedRoot(entry) ?? entry.root;
    if (root === entry.root) return entry;
    const releases = packages.details(entry.publisher, entry.name)?.releases ?? [];
    const release = releases.find((one) => one.version === entry.version && one.root === root);
    if (release === undefined) throw lockMismatch([{ locked: entry, signed: root }]);
    return withContentOf(entry, release);
  });
}

/**
 * Requires that every version that is locked and chosen keeps its content root. Another root under a locked version means
 * that the lock file was changed, or that the publisher, or a thief of the key, signed two contents for one version.
 *
 * @param acceptedRoots content roots that the user accepts in place of the locked ones
 * @throws GgenError LockMismatch
 */
export function assertLockedRoots(
  locked: readonly VersionContent[],
  chosen: readonly VersionContent[],
  acceptedRoots: readonly string[],
): void {
  const chosenById = new Map(chosen.map((one) => [lockedId(one), one]));
  const changed = locked.flatMap((entry): RootChange[] => {
    const now = chosenById.get(lockedId(entry));
    const same = now?.version !== entry.version || now.root === entry.root || acceptedRoots.includes(now.root);
    return same ? [] : [{ locked: entry, signed: now.root }];
  });
  if (changed.length > 0) throw lockMismatch(changed);
}

/** The locked versions whose roots are not the signed ones, as far as the records are known here. */
export function findRootMismatches(
  packages: Pick<Catalog['packages'], 'seenRoots'>,
  locked: readonly VersionContent[],
): RootMismatch[] {
  return locked.flatMap((entry) => {
    const { publisher, name, version, root } = entry;
    const signed = packages.seenRoots(publisher, name, [version]).get(version);
    return signed === undefined || signed === root ? [] : [{ id: lockedId(entry), version, locked: root, signed }];
  });
}

/** A locked version, and the other content root that its publisher's record has. */
interface RootChange {
  readonly locked: VersionContent;
  readonly signed: string;
}

function withContentOf(entry: LockedPackage, { root, size, files }: Release): LockedPackage {
  return { ...entry, root, size, files };
}

/** A failed lookup is no error: content that is installed is verified against the root in any case. */
async function lookUp(lookup: Pick<Lookup, 'getVersion'>, entry: LockedPackage, signal: AbortSignal): Promise<void> {
  try {
    await lookup.getVersion(lockedId(entry), entry.version, signal);
  } catch (error) {
    if (!['PackageNotFound', 'VersionNotFound', 'TimedOut'].includes(errorName(error))) throw error;
  }
}

function lockMismatch(changes: readonly RootChange[]): GgenError {
  const which = changes.map(
    ({ locked: { name, version, root }, signed }) =>
      `'${name}' ${version} is locked with content root ${root}, but its publisher's record has ${signed}`,
  );
  const [first] = changes;
  return new GgenError(
    'LockMismatch',
    `${LOCK_FILE} does not match the signed records: ${which.join('; ')}. Either the lock file was edited, or the publisher ` +
      'signed different content for the same version, possibly with a stolen key. Nothing was changed. Check the history ' +
      'of the lock file, and ask the publisher; a new version replaces the locked one.',
    {
      details: {
        ...(first === undefined
          ? {}
          : {
              id: lockedId(first.locked),
              version: first.locked.version,
              locked: first.locked.root,
              signed: first.signed,
            }),
        packages: changes.map(({ locked }) => `${lockedId(locked)}@${locked.version}`),
        lockedRoots: changes.map(({ locked }) => locked.root),
        signedRoots: changes.map(({ signed }) => signed),
      },
    },
  );
}
