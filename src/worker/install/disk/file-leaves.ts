import type { CID } from 'multiformats/cid';
import { GgenError } from '../../../shared/errors.ts';
import { blockBufferPool } from '../../dag/block-buffer-pool.ts';
import { RAW } from '../../dag/codecs.ts';
import { decodeUnixFsNode } from './tree-files.ts';
import type { GetBlock } from './tree-files.ts';

/** A piece of a file, in file order: bytes stored in a node, or a raw block. */
export type FileLeaf = { readonly bytes: Uint8Array } | { readonly cid: CID; readonly length: number };

/** A balanced tree with 1,024 children per node needs 3 levels for 512 MiB; other importers build deeper ones. */
const MAX_FILE_DEPTH = 64;
/** Blocks read for one file. Bounds hostile trees whose nodes link to each other many times. */
const MAX_FILE_NODES = 1_000_000;

/**
 * Yields the pieces of a file of several blocks. Raw leaves are not read; their length is the one that the parent
 * declares.
 *
 * It does not use `walkTree`: a leaf is yielded without being read, in the order of the file's bytes.
 *
 * @throws GgenError RecordInvalid, and the errors of `get`
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
 * Yields the content of a file block by block. Bytes are valid until the next step, because their buffer may be reused.
 *
 * @throws GgenError RecordInvalid, and the errors of `get`
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
  return new GgenError('RecordInvalid', 'A file of the release is not valid UnixFS.');
}
