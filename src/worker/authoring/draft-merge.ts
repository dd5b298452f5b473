import { isDeepStrictEqual } from 'node:util';
import { parsePackageId } from '../../identity/publisher-id.ts';
import type { Calls } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import type { UnsignedDraft } from '../../shared/model.ts';
import { hasDiverged, mergedHead } from '../ingest/fork-tracker.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { withoutFutureTimes } from '../records/record-times.ts';
import { toUnsignedDraft } from './drafts.ts';
import type { Drafts } from './drafts.ts';

/**
 * Prepares a record that merges what two machines with one publisher key signed independently. It contains nothing new.
 * Both machines compute the same bytes, so that merging creates no second fork. A record that was signed while the clock
 * was ahead gets the current time instead.
 *
 * @throws GgenError NotPublisher, PackageNotFound, InvalidRequest, DraftOutdated (there is nothing to merge)
 */
export function draftMerge(
  catalog: Pick<Catalog, 'packages' | 'forks'>,
  drafts: Pick<Drafts, 'add'>,
  { id, publisher }: Calls['draftMerge']['request'],
): UnsignedDraft {
  const { publisher: owner, name } = parsePackageId(id);
  if (owner !== undefined && owner !== publisher) {
    throw new GgenError('NotPublisher', `Only the publisher can merge the records of '${name}'.`, { details: { id } });
  }
  const merged = mergedHead(catalog, publisher, name);
  if (merged === undefined) {
    throw new GgenError('PackageNotFound', `You have not published a package '${name}'.`, { details: { id } });
  }
  const now = Date.now();
  const next = { ...merged, seq: merged.seq + 1, updated: merged.updated + 1 };
  const record = withoutFutureTimes(next, now);
  if (!hasDiverged(catalog, publisher, name) && isDeepStrictEqual(record, next)) {
    throw new GgenError('DraftOutdated', `There is nothing left to merge in '${name}'.`, { details: { id } });
  }
  return toUnsignedDraft(drafts.add({ kind: 'merge', record, version: record.releases.at(-1)?.version ?? '' }));
}
