import type { CID } from 'multiformats/cid';
import { DAG_PB } from '../dag/codecs.ts';
import { linksOf } from '../dag/nodes.ts';
import type { BlockStore } from './block-store.ts';
import type { MarkBitmap } from './mark-bitmap.ts';

/** What marking the trees below some roots came upon. */
export interface MarkReport {
  /** Hashes of blocks of these trees that were found damaged and are not here any more. */
  readonly damaged: Set<string>;
  /** A damaged block was one that names others: what else belongs to its tree is not known. */
  isIncomplete: boolean;
}

/**
 * Mark every block that is here below a root. Leaves are named by their parents, so they are not read. Parents are
 * hashed: one with a flipped bit would name the wrong blocks.
 */
export async function markTree(
  root: CID,
  store: BlockStore,
  marks: readonly MarkBitmap[],
  report: MarkReport,
  yieldIfDue: () => Promise<void>,
): Promise<void> {
  const queue = [root];
  const seen = new Set<string>();
  for (let cid = queue.pop(); cid !== undefined; cid = queue.pop()) {
    await yieldIfDue();
    const row = store.index.find(cid.multihash.bytes);
    if (row !== undefined) for (const bitmap of marks) bitmap.add(row.id);
    if (cid.code !== DAG_PB) {
      if (row === undefined) recordDamaged(cid, store, report);
      continue;
    }
    const key = cid.toString();
    if (seen.has(key)) continue;
    seen.add(key);
    const bytes = row === undefined ? undefined : await store.read(cid);
    if (bytes !== undefined) queue.push(...linksOf(bytes));
    else if (recordDamaged(cid, store, report)) report.isIncomplete = true;
  }
}

function recordDamaged(cid: CID, store: BlockStore, report: MarkReport): boolean {
  const { bytes } = cid.multihash;
  const damaged = store.index.isDamaged(bytes);
  if (damaged) report.damaged.add(Buffer.from(bytes).toString('hex'));
  return damaged;
}
