import { parsePackageId } from '../../identity/publisher-id.ts';
import type { Calls } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import type { UnsignedDraft } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { mergedHead } from '../ingest/fork-tracker.ts';
import { nextRecord } from '../records/next-record.ts';
import { toUnsignedDraft } from './drafts.ts';
import type { Drafts } from './drafts.ts';

/**
 * Prepares a record that sets a dist-tag to a version, or removes it.
 *
 * @throws GgenError PackageNotFound, VersionNotFound, VersionYanked, NotPublisher, InvalidRequest
 */
export function draftDistTag(
  catalog: Pick<Catalog, 'packages' | 'forks'>,
  drafts: Pick<Drafts, 'add'>,
  { id, tag, version, publisher }: Calls['draftDistTag']['request'],
): UnsignedDraft {
  const parsed = parsePackageId(id);
  if (parsed.publisher !== undefined && parsed.publisher !== publisher) {
    throw new GgenError('NotPublisher', `Only the publisher can change the dist-tags of '${parsed.name}'.`, {
      details: { id },
    });
  }
  const known = mergedHead(catalog, publisher, parsed.name);
  if (known === undefined) {
    throw new GgenError('PackageNotFound', `You have not published a package '${parsed.name}'.`, { details: { id } });
  }
  const change = { kind: 'dist-tag', tag, ...(version === undefined ? {} : { version }) } as const;
  const shown = version ?? known.distTags?.find((one) => one.tag === tag)?.version ?? '';
  return toUnsignedDraft(drafts.add({ kind: 'dist-tag', record: nextRecord(known, change), version: shown }));
}
