import { errorMessage, errorName } from '../../shared/errors.ts';
import type { Dependency, Diagnostic } from '../../shared/model.ts';
import type { Manifest } from './manifest/manifest.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Lookup } from '../registry/lookup.ts';

/** Bounds the lookup of all dependencies together. */
const LOOKUP_TIMEOUT_MS = 3_000;
const MAX_CONCURRENT_LOOKUPS = 8;

/** Catalog tables that tell whether any peer serves a package. */
export interface ProviderTables {
  readonly seeding: Pick<Catalog['seeding'], 'has'>;
  readonly peers: Pick<Catalog['peers'], 'providers'>;
}

/**
 * Warns of dependencies that cannot be installed at the moment: unknown, without a matching release, or without a known
 * provider. They are no errors, because the publisher may publish them next.
 */
export async function dependencyDiagnostics(
  tables: ProviderTables,
  lookup: Pick<Lookup, 'getVersion'>,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const timeoutSignal = AbortSignal.any([signal, AbortSignal.timeout(LOOKUP_TIMEOUT_MS)]);
  const queue = manifest.dependencies.entries();
  const diagnostics: (Diagnostic | undefined)[] = [];
  const worker = async (): Promise<void> => {
    for (const [index, dependency] of queue) {
      const reason = await unavailableReason(tables, lookup, dependency, timeoutSignal);
      diagnostics[index] = reason === undefined ? undefined : toDiagnostic(manifest, dependency, reason);
    }
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT_LOOKUPS }, worker));
  signal.throwIfAborted();
  return diagnostics.filter((one) => one !== undefined);
}

/** Explains in sentences why the dependency cannot be installed; undefined when it can. */
async function unavailableReason(
  tables: ProviderTables,
  lookup: Pick<Lookup, 'getVersion'>,
  { id, requirement }: Dependency,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { publisher, name } = await lookup.getVersion(id, requirement, signal);
    const { seeding, peers } = tables;
    if (seeding.has(publisher, name) || peers.providers(publisher, name).length > 0) return undefined;
    return 'Its record is known, but no peer provides its files.';
  } catch (error) {
    if (errorName(error) !== 'AbortError' && errorName(error) !== 'TimeoutError') return errorMessage(error);
    return `No peer answered within ${LOOKUP_TIMEOUT_MS / 1000} seconds.`;
  }
}

function toDiagnostic(
  { path, positions }: Manifest,
  { id, requirement, optional }: Dependency,
  reason: string,
): Diagnostic {
  const position = positions.dependencies.get(id) ?? { line: 1, column: 1 };
  const message = `Others cannot currently install the dependency ${id} (${requirement}). ${reason}`;
  return { severity: optional ? 'information' : 'warning', code: 'dependency-unavailable', message, path, ...position };
}
