import type { CID } from 'multiformats/cid';
import { GgenError } from '../../../shared/errors.ts';
import { blockBufferPool } from '../../dag/block-buffer-pool.ts';
import { RAW } from '../../dag/codecs.ts';
import { decodeUnixFsNode } from './tree-files.ts';
import type { GetBlock } from './tree-files.ts';

/** A piece of a file, in order: bytes that stand in a node itself, or a raw block that holds them. */
export type FileLeaf = { readonly bytes: Uint8Array } | { readonly cid: CID; readonly length: number };

/** A balanced tree with 1,024 children a node needs 3 levels for 512 MiB; other importers build deeper ones. */
const MAX_FILE_DEPTH = 64;
/** Blocks of one file that are looked at: nodes that name each other many times over must not take for ever. */
const MAX_FILE_NODES = 1_000_000;

/**
 * The pieces of a file of several blocks. Raw leaves are named, not read: their length is what their parent says.
 *
 * @throws GgenError RecordInvalid, and what `get` throws
 */
export async function* fileLeaves(cid: CID, get: GetBlock, signal: AbortSignal): AsyncGenerator<FileLeaf> {
  let nodes = 0;
  const visit = async function* (at: CID, depth: number): AsyncGenerator<FileLeaf> {
    signal.throwIfAborted();
    if (++nodes > MAX_FILE_NODES || depth > MAX_FILE_DEPTH) throw malformedFileError();
    const { links, data } = decodeUnixFsNode(at, await get(at));
    if (data.type !== 'file' && data.type !== 'raw') throw malformedFileError();
    if (data.data !== undefined && data.data.length > 0) yield { bytes: data.data };
    for (const [index, { Hash }] of links.entries()) {
      if (Hash.code === RAW) {
        if (++nodes > MAX_FILE_NODES) throw malformedFileError();
        yield { cid: Hash, length: Number(data.blockSizes[index] ?? -1) };
      } else yield* visit(Hash, depth + 1);
    }
  };
  yield* visit(cid, 0);
}

/**
 * The bytes of a file, block by block, each good until the next is asked for: its buffer may be used for that.
 *
 * @throws GgenError RecordInvalid, and what `get` throws
 */
export async function* fileContent(cid: CID, get: GetBlock, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (cid.code === RAW) {
    yield await get(cid);
    return;
  }
  for await (const leaf of fileLeaves(cid, get, signal)) {
    if ('bytes' in leaf) yield leaf.bytes;
    else {
      const bytes = await get(leaf.cid);
      if (bytes.length !== leaf.length) throw malformedFileError();
      yield bytes;
      blockBufferPool.release(bytes);
    }
  }
}

function malformedFileError(): GgenError {
  return new GgenError('RecordInvalid', 'A file of the release is not put together as UnixFS says.');
}
