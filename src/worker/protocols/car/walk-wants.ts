import type { CID } from 'multiformats/cid';
import { walkTree } from '../../blocks/walk-tree.ts';
import { DAG_PB } from '../../dag/codecs.ts';
import { linksOf } from '../../dag/nodes.ts';
import { MAX_ANSWER_BLOCKS, MAX_READ_AHEAD_LARGE, MAX_READ_AHEAD_SMALL, MAX_SMALL_BLOCK_BYTES } from './limits.ts';
import type { CarWant } from './wire.ts';

/** Reads blocks that are served; resolves to undefined for a block that is missing or not served. */
export interface SeededBlockReader {
  read(cid: CID): Promise<Uint8Array | undefined>;
}

/**
 * The blocks of a request in the order of the answer: depth first in the order of the wants, each block before the blocks that it
 * links to, none twice. Blocks that cannot be read are left out, with everything that only they link to.
 */
export async function* walkWants(
  wants: readonly CarWant[],
  reader: SeededBlockReader,
): AsyncGenerator<{ readonly cid: CID; readonly bytes: Uint8Array }> {
  let readAhead = MAX_READ_AHEAD_LARGE;
  const walk = walkTree(wants, {
    keyOf: ({ cid }) => cid.toString(),
    canExpand: hasLinksToFollow,
    read: ({ cid }) => reader.read(cid),
    expand: linkedWants,
    readAhead: () => readAhead,
    maxSteps: MAX_ANSWER_BLOCKS,
  });
  for await (const { step, value: bytes } of walk) {
    if (bytes === undefined) continue;
    readAhead = bytes.length <= MAX_SMALL_BLOCK_BYTES ? MAX_READ_AHEAD_SMALL : MAX_READ_AHEAD_LARGE;
    yield { cid: step.cid, bytes };
  }
}

function hasLinksToFollow({ cid, scope }: CarWant): boolean {
  return scope !== 'block' && cid.code === DAG_PB;
}

function linkedWants({ scope }: CarWant, bytes: Uint8Array | undefined): CarWant[] {
  if (bytes === undefined) return [];
  const links = linksOf(bytes).filter((link) => scope === 'tree' || link.code === DAG_PB);
  return links.map((cid) => ({ cid, scope }));
}
