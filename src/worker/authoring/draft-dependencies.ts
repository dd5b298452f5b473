import { errorMessage, errorName } from '../../shared/errors.ts';
import type { Dependency, Diagnostic } from '../../shared/model.ts';
import type { Manifest } from './manifest/manifest.ts';
import type { RegistryContext } from '../registry/context.ts';
import type { Lookup } from '../registry/lookup.ts';

/** Bound on asking the network for all dependencies together. */
const PATIENCE_MS = 3_000;
/** Dependencies that are asked for side by side. */
const AT_ONCE = 8;

/**
 * Dependencies that nobody could install now: unknown to the network, without a release that fits, or served by nobody who
 * is known. Warnings: they may be published next.
 */
export async function dependencyFaults(
  context: RegistryContext,
  lookup: Pick<Lookup, 'getVersion'>,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const bound = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const waiting = manifest.dependencies.entries();
  const faults: (Diagnostic | undefined)[] = [];
  const work = async (): Promise<void> => {
    for (const [index, dependency] of waiting) {
      const why = await unservedBecause(context, lookup, dependency, bound);
      faults[index] = why === undefined ? undefined : fault(manifest, dependency, why);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  signal.throwIfAborted();
  return faults.filter((one) => one !== undefined);
}

/** Why nobody could install it, as sentences; undefined when it can be had. */
async function unservedBecause(
  context: RegistryContext,
  lookup: Pick<Lookup, 'getVersion'>,
  { id, requirement }: Dependency,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { publisher, name } = await lookup.getVersion(id, requirement, signal);
    const { serving, peers } = context.catalogue;
    if (serving.has(publisher, name) || peers.holders(publisher, name).length > 0) return undefined;
    return 'Its record is known, but no peer that serves its files.';
  } catch (error) {
    if (errorName(error) !== 'AbortError' && errorName(error) !== 'TimeoutError') return errorMessage(error);
    return `Nobody answered for it within ${PATIENCE_MS / 1000} seconds.`;
  }
}

function fault({ path, places }: Manifest, { id, requirement, optional }: Dependency, why: string): Diagnostic {
  const at = places.dependencies.get(id) ?? { line: 1, column: 1 };
  const message = `The dependency ${id} (${requirement}) could not be installed by others now. ${why}`;
  return { severity: optional ? 'information' : 'warning', code: 'dependency-not-served', message, path, ...at };
}
