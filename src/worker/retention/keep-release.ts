import type { InstallProgress } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import type { KeptRelease } from '../../shared/model.ts';
import type { RegistryContext } from '../registry/context.ts';
import { fetchContent } from '../transfer/fetch-content.ts';
import type { Lookup } from '../registry/lookup.ts';

/**
 * Keep a release here without installing it: fetch what is missing, pin it, serve it on.
 *
 * @throws GgenError as `Lookup.getVersion` and `fetchContent` say
 */
export async function keepRelease(
  context: RegistryContext,
  lookup: Lookup,
  { id, version = '' }: { readonly id: string; readonly version?: string },
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<KeptRelease> {
  onProgress({ phase: 'resolve', files: 0, bytes: 0 });
  const found = await lookup.getVersion(id, version, signal);
  const { publisher, name, release } = found;
  using _lease = context.retention.lease(release.root);
  await fetchContent(context, found, signal, onProgress);
  signal.throwIfAborted();
  const kept: KeptRelease = {
    id: found.id,
    publisher,
    name,
    version: release.version,
    root: release.root,
    files: release.files,
    size: release.size,
    keptAt: Date.now(),
  };
  context.catalog.kept.add(kept);
  await context.seededContent.resume(publisher, name);
  announceChange(context, kept);
  context.loggers('keep').info(`Keeping ${found.id}@${release.version} offline`);
  return kept;
}

/**
 * Keep a release no longer; without a version, all kept ones of the package. Its files go when the space is needed, unless
 * it is published or installed here.
 *
 * @throws GgenError PackageNotFound
 */
export function unkeepRelease(context: RegistryContext, id: string, version: string | undefined): void {
  const matching = context.catalog.kept
    .list()
    .filter((one) => one.id === id && (version === undefined || one.version === version));
  if (matching.length === 0) {
    throw new GgenError('PackageNotFound', `'${id}' is not kept offline.`, { details: { id } });
  }
  for (const kept of matching) {
    context.catalog.kept.remove(kept.publisher, kept.name, kept.version);
    announceChange(context, kept);
    context.loggers('keep').info(`Stopped keeping ${kept.id}@${kept.version} offline`);
  }
  context.retention.pinsChanged();
}

/** Peers that catch up read who serves the package; the views show it anew. */
function announceChange({ catalog, network, onChange }: RegistryContext, { id, publisher, name }: KeptRelease): void {
  catalog.packages.moveToLogEnd(publisher, name);
  onChange(id);
  network()?.reprovider.schedule();
}
