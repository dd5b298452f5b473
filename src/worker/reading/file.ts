import type { CID } from 'multiformats/cid';
import { GgenError } from '../../shared/errors.ts';
import type { ReleaseBytes } from '../../shared/model.ts';
import { inParallel } from './block-reader.ts';
import type { BlockReader } from './block-reader.ts';
import { notPlain } from './tree-node.ts';
import type { FileNode } from './tree-node.ts';

/** Nodes below nodes of one file; the profile's make two levels at 1 GiB. */
const MAX_DEPTH = 16;

/** Where the bytes of a range are gathered. */
interface Gathering {
  readonly start: number;
  readonly end: number;
  readonly into: Uint8Array;
}

/**
 * A range of a file: only the blocks that it lies in are looked at. A range beyond the end is cut there.
 *
 * @throws GgenError FileNotFound (it is a folder), RecordInvalid, and as `BlockReader.get`
 */
export async function readRange(
  reader: BlockReader,
  cid: CID,
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<ReleaseBytes> {
  const node = await reader.node(cid);
  if (node.kind !== 'file') throw new GgenError('FileNotFound', 'This is a folder, not a file.');
  const start = Math.min(offset, node.size);
  const end = Math.min(start + length, node.size);
  const gathering = { start, end, into: new Uint8Array(end - start) };
  await gather(reader, node, 0, gathering, MAX_DEPTH);
  return { bytes: gathering.into, size: node.size };
}

/** @param base place of the node's first byte within the file */
async function gather(
  reader: BlockReader,
  node: FileNode,
  base: number,
  gathering: Gathering,
  depth: number,
): Promise<void> {
  const { start, end, into } = gathering;
  const data = node.data.subarray(Math.max(0, start - base), Math.max(0, end - base));
  into.set(data, Math.max(0, base - start));
  const wanted = node.parts.filter((part) => base + part.offset < end && base + part.offset + part.size > start);
  await inParallel(wanted, async (part) => {
    const child = await reader.node(part.cid);
    if (child.kind !== 'file' || child.size !== part.size || depth === 0) {
      throw notPlain(part.cid, 'a part of a file is not what the file says of it');
    }
    await gather(reader, child, base + part.offset, gathering, depth - 1);
  });
}
