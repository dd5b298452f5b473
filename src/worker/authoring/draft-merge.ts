import { parsePackageId } from '../../identity/publisher-id.ts';
import type { Calls } from '../../shared/api.ts';
import { GgenError } from '../../shared/errors.ts';
import type { UnsignedDraft } from '../../shared/model.ts';
import { hasDiverged, newestKnown } from '../ingest/forks.ts';
import type { RegistryContext } from '../registry/context.ts';
import { unsigned } from './drafts.ts';
import type { Drafts } from './drafts.ts';

/**
 * Prepare the record that unites what two machines with one publisher key signed apart from each other: nothing in it is new.
 * Both machines prepare the same bytes, whichever is first, so that uniting makes no second fork.
 *
 * @throws GgenError NotPublisher, PackageNotFound, InvalidRequest, DraftOutdated (there is nothing to unite)
 */
export function draftMerge(
  { catalogue }: RegistryContext,
  drafts: Drafts,
  { id, publisher }: Calls['draftMerge']['request'],
): UnsignedDraft {
  const { publisher: owner, name } = parsePackageId(id);
  if (owner !== undefined && owner !== publisher) {
    throw new GgenError('NotPublisher', `Only its publisher can unite the records of '${name}'.`, { details: { id } });
  }
  const united = newestKnown(catalogue, publisher, name);
  if (united === undefined) {
    throw new GgenError('PackageNotFound', `You have not published a package '${name}'.`, { details: { id } });
  }
  if (!hasDiverged(catalogue, publisher, name)) {
    throw new GgenError('DraftOutdated', `There is nothing to unite in '${name}' any more.`, { details: { id } });
  }
  const record = { ...united, seq: united.seq + 1, updated: united.updated + 1 };
  return unsigned(drafts.add({ kind: 'merge', record, version: record.releases.at(-1)?.version ?? '' }));
}
