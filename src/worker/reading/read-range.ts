import type { CID } from 'multiformats/cid';
import { GgenError } from '../../shared/errors.ts';
import type { ReleaseBytes } from '../../shared/model.ts';
import { mapConcurrently } from './tree-reader.ts';
import type { TreeReader } from './tree-reader.ts';
import { invalidTreeError } from './tree-node.ts';
import type { FileNode } from './tree-node.ts';

/** Maximum depth of a file's nodes. The import profile makes two levels for 1 GiB. */
const MAX_FILE_DEPTH = 16;

/** A range of a file, and the buffer that receives its bytes. */
interface RangeTarget {
  readonly start: number;
  readonly end: number;
  readonly target: Uint8Array;
}

/**
 * Reads a range of a file, in bytes; only the blocks of the range are read. A range beyond the end of the file is
 * shortened.
 *
 * @throws GgenError FileNotFound (it is a folder), RecordInvalid, and as `TreeReader.get`
 */
export async function readRange(
  reader: TreeReader,
  cid: CID,
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<ReleaseBytes> {
  const node = await reader.node(cid);
  if (node.kind !== 'file') throw new GgenError('FileNotFound', 'This is a folder, not a file.');
  const start = Math.min(offset, node.size);
  const end = Math.min(start + length, node.size);
  const range = { start, end, target: new Uint8Array(end - start) };
  await readNodeRange(reader, node, 0, range, MAX_FILE_DEPTH);
  return { bytes: range.target, size: node.size };
}

/**
 * Reads the part of the range that lies in one node. It does not use `walkTree`: only the parts within the range are read, and
 * several at the same time. The reader has the signal and the bound on blocks.
 *
 * @param nodeOffset offset of the node's first byte in the file
 */
async function readNodeRange(
  reader: TreeReader,
  node: FileNode,
  nodeOffset: number,
  range: RangeTarget,
  depth: number,
): Promise<void> {
  const { start, end, target } = range;
  const data = node.data.subarray(Math.max(0, start - nodeOffset), Math.max(0, end - nodeOffset));
  target.set(data, Math.max(0, nodeOffset - start));
  const wanted = node.parts.filter(
    (part) => nodeOffset + part.offset < end && nodeOffset + part.offset + part.size > start,
  );
  await mapConcurrently(wanted, async (part) => {
    const child = await reader.node(part.cid);
    if (child.kind !== 'file' || child.size !== part.size || depth === 0) {
      throw invalidTreeError(part.cid, "a part of a file does not match the file's description");
    }
    await readNodeRange(reader, child, nodeOffset + part.offset, range, depth - 1);
  });
}
