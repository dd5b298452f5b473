import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../../shared/defaults.ts';
import { GgenError, errorMessage } from '../../../shared/errors.ts';
import { DAG_PB, RAW } from '../../dag/codecs.ts';
import { decodeUnixFs, shardDigits } from '../../dag/nodes.ts';
import type { UnixFsNode } from '../../dag/nodes.ts';
import { MAX_TREE_DEPTH } from '../../transfer/tree-limits.ts';

/** Bytes of a block. Whether they are hashed before they are given is for its maker to say. */
export type GetBlock = (cid: CID) => Promise<Uint8Array>;

/** A file of a release: where it goes, and what it holds. */
export interface TreeFile {
  /** Relative to the release's root, with forward slashes. Hostile until `checkTree` has seen all of them. */
  readonly path: string;
  readonly cid: CID;
}

/** Directories of a tree that are looked into: one that names another many times over must not take for ever. */
const MAX_DIRECTORIES = 4 * LIMITS.filesPerRelease;

/**
 * All files below a UnixFS directory. Only directories and the roots of files of several blocks are read. Anything that is
 * neither a plain file nor a directory is refused: no links, no devices. Source: the UnixFS specification of IPFS.
 *
 * @throws GgenError UnsafePath, RecordInvalid, and what `get` throws
 */
export async function listTreeFiles(root: CID, get: GetBlock, signal: AbortSignal): Promise<TreeFile[]> {
  const lister = new TreeFileLister(get, signal);
  await lister.directory(root, '', 0);
  return lister.files;
}

class TreeFileLister {
  readonly files: TreeFile[] = [];
  readonly #get: GetBlock;
  readonly #signal: AbortSignal;
  #directories = 0;

  constructor(get: GetBlock, signal: AbortSignal) {
    this.#get = get;
    this.#signal = signal;
  }

  /**
   * @param prefix what the paths of its entries begin with: empty, or ending with a slash
   * @param isShard it is a part of a large directory
   */
  async directory(cid: CID, prefix: string, depth: number, isShard = false): Promise<void> {
    this.#signal.throwIfAborted();
    if (++this.#directories > MAX_DIRECTORIES || depth > MAX_TREE_DEPTH)
      throw invalidContentError('has too many directories');
    const entry = cid.code === DAG_PB ? await this.#read(cid) : undefined;
    const type = entry?.data.type;
    if (entry === undefined || (type !== 'directory' && type !== 'hamt-sharded-directory')) {
      throw invalidContentError('is not a directory');
    }
    if (isShard && type !== 'hamt-sharded-directory') throw invalidContentError('has a broken large directory');
    const digits = type === 'directory' ? 0 : shardDigits(entry.data.fanout ?? 256n);
    for (const { Name = '', Hash } of entry.links) {
      const name = Name.slice(digits);
      if (digits > 0 && name === '') await this.directory(Hash, prefix, depth + 1, true);
      else await this.#entry(Hash, prefix + name, depth + 1);
    }
  }

  async #entry(cid: CID, path: string, depth: number): Promise<void> {
    if (cid.code === RAW) {
      this.#add({ path, cid });
      return;
    }
    const { data } = await this.#read(cid);
    if (data.type === 'file' || data.type === 'raw') this.#add({ path, cid });
    else if (data.type === 'directory' || data.type === 'hamt-sharded-directory') {
      await this.directory(cid, `${path}/`, depth);
    } else {
      throw new GgenError('UnsafePath', `'${path}' is neither a file nor a directory. Nothing was installed.`, {
        details: { path },
      });
    }
  }

  #add(file: TreeFile): void {
    this.files.push(file);
    if (this.files.length > LIMITS.filesPerRelease)
      throw invalidContentError(`has more than ${LIMITS.filesPerRelease} files`);
  }

  async #read(cid: CID): Promise<UnixFsNode> {
    return decodeUnixFsNode(cid, await this.#get(cid));
  }
}

/** @throws GgenError RecordInvalid */
export function decodeUnixFsNode(cid: CID, bytes: Uint8Array): UnixFsNode {
  if (cid.code !== DAG_PB) throw invalidContentError('has a block that is neither a UnixFS node nor raw bytes');
  try {
    return decodeUnixFs(bytes);
  } catch (cause) {
    throw invalidContentError(`has a block that is no UnixFS node (${errorMessage(cause)})`, cause);
  }
}

function invalidContentError(what: string, cause?: unknown): GgenError {
  return new GgenError('RecordInvalid', `The content of the release ${what}. Nothing was installed.`, { cause });
}
