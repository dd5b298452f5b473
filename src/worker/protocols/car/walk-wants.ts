import type { CID } from 'multiformats/cid';
import { DAG_PB } from '../../dag/codecs.ts';
import { linksOf } from '../../dag/nodes.ts';
import type { CarWant } from './wire.ts';

/** Blocks that one answer may have: more than any release. */
const MAX_BLOCKS = 100_000;
/** Blocks that are read ahead while the last ones were small, and while they were large. */
const MAX_READ_AHEAD_SMALL = 16;
const MAX_READ_AHEAD_LARGE = 2;
const MAX_SMALL_BLOCK_BYTES = 64 * 1024;

/** Where blocks are read from; undefined for what is not to be had. */
export interface SeededBlockReader {
  read(cid: CID): Promise<Uint8Array | undefined>;
}

interface PendingRead {
  readonly want: CarWant;
  readonly bytes: Promise<Uint8Array | undefined>;
}

/**
 * The blocks of a request in the order of their answer: what was named first comes first, each block before what it links to, depth
 * first, none twice. What is not to be had is left out, and with it what only it leads to.
 */
export async function* walkWants(
  wants: readonly CarWant[],
  reader: SeededBlockReader,
): AsyncGenerator<{ readonly cid: CID; readonly bytes: Uint8Array }> {
  /** The next one at the end. */
  const stack = wants.toReversed();
  const seen = new Set<string>();
  const pendingReads: PendingRead[] = [];
  let limit = MAX_READ_AHEAD_LARGE;
  for (;;) {
    while (pendingReads.length < limit && mayReadAhead(pendingReads)) {
      const want = stack.pop();
      if (want === undefined) break;
      const key = want.cid.toString();
      if (seen.has(key) || seen.size >= MAX_BLOCKS) continue;
      seen.add(key);
      const bytes = reader.read(want.cid);
      // Waited for below, unless the answer is broken off before.
      bytes.catch(() => undefined);
      pendingReads.push({ want, bytes });
    }
    const next = pendingReads.shift();
    if (next === undefined) return;
    const bytes = await next.bytes;
    if (bytes === undefined) continue;
    limit = bytes.length <= MAX_SMALL_BLOCK_BYTES ? MAX_READ_AHEAD_SMALL : MAX_READ_AHEAD_LARGE;
    const { cid, scope } = next.want;
    if (hasLinksToFollow(next.want)) {
      const links = linksOf(bytes).filter((link) => scope === 'tree' || link.code === DAG_PB);
      stack.push(...links.toReversed().map((link) => ({ cid: link, scope })));
    }
    yield { cid, bytes };
  }
}

/** Nothing is read past a block whose links come next: the order would not be depth first. */
function mayReadAhead(pendingReads: readonly PendingRead[]): boolean {
  const last = pendingReads.at(-1);
  return last === undefined || !hasLinksToFollow(last.want);
}

function hasLinksToFollow({ cid, scope }: CarWant): boolean {
  return scope !== 'block' && cid.code === DAG_PB;
}
