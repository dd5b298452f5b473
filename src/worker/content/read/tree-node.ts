import { decode } from '@ipld/dag-pb';
import type { PBLink, PBNode } from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import type { CID } from 'multiformats/cid';
import { LIMITS } from '../../../shared/defaults.ts';
import { GgenError, errorMessage } from '../../../shared/errors.ts';

const RAW = 0x55;
const DAG_PB = 0x70;

/** A stretch of a file that lies in a block of its own. */
export interface FilePart {
  readonly cid: CID;
  /** First byte within this node. */
  readonly offset: number;
  readonly size: number;
}

export interface FileNode {
  readonly kind: 'file';
  readonly size: number;
  /** Its first bytes, where they lie in the node itself. */
  readonly data: Uint8Array;
  readonly parts: readonly FilePart[];
}

export interface FolderLink {
  readonly name: string;
  readonly cid: CID;
  /** As this link says; of a raw block it is the file's size. */
  readonly size: number;
}

export interface FolderNode {
  readonly kind: 'folder';
  /** Of a sharded (HAMT) folder: characters of each link's name that are its place in the shard, not the entry's name. */
  readonly prefix: number | undefined;
  readonly links: readonly FolderLink[];
}

export type TreeNode = FileNode | FolderNode;

/** Whether a link leads to a file whose size the link says, so that the block need not be looked at. */
export function isLeaf(cid: CID): boolean {
  return cid.code === RAW;
}

/**
 * A verified block as a node of a plain UnixFS tree: files and folders, sharded ones included. Links, devices and every
 * other form are refused. Source: the UnixFS specification (specs.ipfs.tech/unixfs).
 *
 * @throws GgenError RecordInvalid
 */
export function decodeTreeNode(cid: CID, bytes: Uint8Array): TreeNode {
  if (cid.code === RAW) return { kind: 'file', size: bytes.byteLength, data: bytes, parts: [] };
  if (cid.code !== DAG_PB) throw notPlain(cid, 'it is neither a UnixFS node nor raw bytes');
  const { node, unixfs } = decodeUnixfs(cid, bytes);
  switch (unixfs.type) {
    case 'file':
    case 'raw':
      return fileNode(cid, node, unixfs);
    case 'directory':
      return { kind: 'folder', prefix: undefined, links: node.Links.map((link) => folderLink(cid, link)) };
    case 'hamt-sharded-directory':
      return { kind: 'folder', prefix: prefixOf(cid, unixfs), links: node.Links.map((link) => folderLink(cid, link)) };
    default:
      throw notPlain(cid, `it is a ${unixfs.type}`);
  }
}

function decodeUnixfs(cid: CID, bytes: Uint8Array): { node: PBNode; unixfs: UnixFS } {
  try {
    const node = decode(bytes);
    return { node, unixfs: UnixFS.unmarshal(node.Data ?? new Uint8Array()) };
  } catch (error) {
    throw notPlain(cid, errorMessage(error));
  }
}

function fileNode(cid: CID, { Links }: PBNode, { data = new Uint8Array(), blockSizes }: UnixFS): FileNode {
  if (Links.length !== blockSizes.length) throw notPlain(cid, 'the sizes of its parts are not those of its links');
  let size = data.byteLength;
  const parts = Links.map((link, index): FilePart => {
    const part = { cid: link.Hash, offset: size, size: Number(blockSizes[index]) };
    size += part.size;
    if (size > LIMITS.bytesPerRelease) throw notPlain(cid, 'it claims to be larger than a package may be');
    return part;
  });
  return { kind: 'file', size, data, parts };
}

function folderLink(cid: CID, { Name = '', Hash, Tsize = 0 }: PBLink): FolderLink {
  if (isLeaf(Hash) && Tsize > LIMITS.bytesPerRelease) {
    throw notPlain(cid, 'it names a file that is larger than a package may be');
  }
  return { name: Name, cid: Hash, size: Tsize };
}

/** Places of a shard are written in hexadecimal: 2 characters for the usual 256 of them. */
function prefixOf(cid: CID, { fanout = 0n }: UnixFS): number {
  if (fanout < 2n || fanout > 4096n) throw notPlain(cid, `it is a shard with ${fanout} places`);
  return (fanout - 1n).toString(16).length;
}

/** @param why end of a sentence about the block */
export function notPlain(cid: CID, why: string): GgenError {
  return new GgenError('RecordInvalid', `The content of this package is not a plain tree of files: ${why}.`, {
    details: { cid: cid.toString() },
  });
}
