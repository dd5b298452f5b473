import type { CID } from 'multiformats/cid';
import { DAG_PB } from '../dag/codecs.ts';
import { linksOf } from '../dag/nodes.ts';
import type { BlockStore } from './block-store.ts';
import type { MarkBitmap } from './mark-bitmap.ts';
import { walkTree } from './walk-tree.ts';

/** What marking found in the trees below some roots. */
export interface MarkReport {
  /** Hashes, in hexadecimal, of blocks that were found damaged and have not been fetched again. */
  readonly damaged: Set<string>;
  /** One of these blocks names others: which blocks belong to its tree is not known. */
  isIncomplete: boolean;
}

/**
 * Marks every stored block below a root. Leaves are not read: their parents name them. Nodes are hashed, because one
 * with a flipped bit would name the wrong blocks.
 *
 * @throws the reason of the signal
 */
export async function markTree(
  root: CID,
  store: BlockStore,
  marks: readonly MarkBitmap[],
  report: MarkReport,
  signal: AbortSignal,
): Promise<void> {
  const walk = walkTree([root], {
    // Leaves may be marked repeatedly; remembering all of them would take more memory than it saves time.
    keyOf: (cid) => (cid.code === DAG_PB ? cid.toString() : undefined),
    canExpand: (cid) => cid.code === DAG_PB,
    read: (cid) => markBlock(cid, store, marks),
    expand: (_cid, { node }) => (node === undefined ? [] : linksOf(node)),
    signal,
  });
  for await (const { step: cid, value } of walk) {
    if (!value.isMissing || !recordDamaged(cid, store, report)) continue;
    if (cid.code === DAG_PB) report.isIncomplete = true;
  }
}

interface MarkedBlock {
  readonly isMissing: boolean;
  /** Verified bytes of a block that names others. */
  readonly node?: Uint8Array | undefined;
}

function markBlock(cid: CID, store: BlockStore, marks: readonly MarkBitmap[]): MarkedBlock | Promise<MarkedBlock> {
  const row = store.index.find(cid.multihash.bytes);
  if (row === undefined) return { isMissing: true };
  for (const bitmap of marks) bitmap.add(row.id);
  if (cid.code !== DAG_PB) return { isMissing: false };
  return store.read(cid).then((node) => ({ isMissing: node === undefined, node }));
}

function recordDamaged(cid: CID, store: BlockStore, report: MarkReport): boolean {
  const { bytes } = cid.multihash;
  const isDamaged = store.index.isDamaged(bytes);
  if (isDamaged) report.damaged.add(Buffer.from(bytes).toString('hex'));
  return isDamaged;
}
