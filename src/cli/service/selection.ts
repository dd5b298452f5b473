import { isPublisherId, parsePackageId } from '../../identity/publisher-id.ts';
import type { PackageSummary } from '../../shared/model.ts';
import { UsageError } from '../command-line/usage-error.ts';

const EVERYTHING = '*';

/** Whether a package is one of those to mirror. */
export type Selection = (summary: Pick<PackageSummary, 'id' | 'publisher'>) => boolean;

/** Parse the setting `mirror`. @throws UsageError naming an entry that is not `*`, a publisher id or `publisher/name` */
export function parseSelection(entries: readonly string[]): Selection {
  for (const entry of entries) {
    if (entry === EVERYTHING || isPublisherId(entry) || isFullId(entry)) continue;
    throw new UsageError(`Cannot mirror '${entry}'. Specify a publisher ID, publisher/name, or '*' for everything.`);
  }
  const selected = new Set(entries);
  return ({ id, publisher }) => selected.has(EVERYTHING) || selected.has(publisher) || selected.has(id);
}

function isFullId(text: string): boolean {
  try {
    const { publisher, version } = parsePackageId(text);
    return publisher !== undefined && version === undefined;
  } catch {
    return false;
  }
}
