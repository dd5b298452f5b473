import type { InstallProgress } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import type { KeptRelease } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { contentOf, fetchContent } from '../transfer/fetch-content.ts';
import type { FetchContentDeps } from '../transfer/fetch-content.ts';
import type { Lookup } from '../registry/lookup.ts';
import { announceSeedingChange } from './announce-seeding-change.ts';
import type { AnnounceSeedingChangeDeps } from './announce-seeding-change.ts';
import type { Retention } from './retention.ts';
import type { SeededContent } from './seeded-content.ts';

/** Dependencies of `unkeepRelease`. */
export interface UnkeepDeps extends AnnounceSeedingChangeDeps {
  readonly catalog: AnnounceSeedingChangeDeps['catalog'] & { readonly kept: Catalog['kept'] };
  readonly retention: Pick<Retention, 'pinsChanged'>;
}

/** Dependencies of `keepRelease`. */
export interface KeepDeps extends AnnounceSeedingChangeDeps, FetchContentDeps {
  readonly catalog: UnkeepDeps['catalog'] & FetchContentDeps['catalog'];
  readonly network: () => ReturnType<AnnounceSeedingChangeDeps['network']> & ReturnType<FetchContentDeps['network']>;
  readonly retention: Pick<Retention, 'lease' | 'reserve'>;
  readonly seededContent: Pick<SeededContent, 'resume'>;
}

/**
 * Keeps a release offline without installing it: fetches its missing blocks, pins them and seeds them.
 *
 * @throws GgenError as `Lookup.getVersion` and `fetchContent`
 */
export async function keepRelease(
  deps: KeepDeps,
  lookup: Pick<Lookup, 'getVersion'>,
  { id, version = '' }: { readonly id: string; readonly version?: string },
  signal: AbortSignal,
  onProgress: (progress: InstallProgress) => void,
): Promise<KeptRelease> {
  onProgress({ phase: 'resolve', files: 0, bytes: 0 });
  const found = await lookup.getVersion(id, version, signal);
  const content = contentOf(found);
  const { publisher, name } = content;
  using _lease = deps.retention.lease(content.root);
  await fetchContent(deps, content, signal, onProgress);
  signal.throwIfAborted();
  const kept: KeptRelease = { ...content, id: found.id, keptAt: Date.now() };
  deps.catalog.kept.add(kept);
  await deps.seededContent.resume(publisher, name);
  announceSeedingChange(deps, publisher, name);
  deps.loggers('keep').info(`Keeping ${found.id}@${content.version} offline`);
  return kept;
}

/**
 * Ends keeping a release, or all kept releases of a package when no version is given. Its blocks are collected when
 * space is needed, unless the release is published or installed here.
 *
 * @throws GgenError PackageNotFound
 */
export function unkeepRelease(deps: UnkeepDeps, id: string, version: string | undefined): void {
  const { kept } = deps.catalog;
  const matching = kept.list().filter((one) => one.id === id && (version === undefined || one.version === version));
  if (matching.length === 0) {
    throw new GgenError('PackageNotFound', `'${id}' is not kept offline.`, { details: { id } });
  }
  for (const { publisher, name, version: keptVersion } of matching) {
    kept.remove(publisher, name, keptVersion);
    announceSeedingChange(deps, publisher, name);
    deps.loggers('keep').info(`Stopped keeping ${id}@${keptVersion} offline`);
  }
  deps.retention.pinsChanged();
}
