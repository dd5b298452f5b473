import { parsePackageId } from '../../identity/publisher-id.ts';
import type { Calls } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import type { UnsignedDraft } from '../../shared/model.ts';
import { nextRecord } from '../records/next-record.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { toUnsignedDraft } from './drafts.ts';
import type { Drafts } from './drafts.ts';
import { mergedHead } from '../ingest/fork-tracker.ts';

/**
 * Prepares a record that yanks a release, or reverts that.
 *
 * @throws GgenError PackageNotFound, VersionNotFound, NotPublisher, InvalidRequest
 */
export function draftYank(
  catalog: Pick<Catalog, 'packages' | 'forks'>,
  drafts: Pick<Drafts, 'add'>,
  { id, version, yanked, publisher }: Calls['draftYank']['request'],
): UnsignedDraft {
  const parsed = parsePackageId(id);
  if (parsed.publisher !== undefined && parsed.publisher !== publisher) {
    throw new GgenError('NotPublisher', `Only the publisher can yank a release of '${parsed.name}'.`, {
      details: { id },
    });
  }
  const known = mergedHead(catalog, publisher, parsed.name);
  if (known === undefined) {
    throw new GgenError('PackageNotFound', `You have not published a package '${parsed.name}'.`, { details: { id } });
  }
  const draft = drafts.add({ kind: 'yank', record: nextRecord(known, { kind: 'yank', version, yanked }), version });
  return toUnsignedDraft(draft);
}
