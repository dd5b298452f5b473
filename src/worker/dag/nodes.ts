import { decode } from '@ipld/dag-pb';
import type { PBLink } from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import type { CID } from 'multiformats/cid';

/** A link of a node: its name, its CID, and the size of everything below it as the node claims. */
export type Link = PBLink;

/** A UnixFS node: its metadata and its links. */
export interface UnixFsNode {
  readonly data: UnixFS;
  readonly links: readonly Link[];
}

/** The mode of an executable file, the only one that a release records. */
export const EXECUTABLE_MODE = 0o755;

/**
 * Whether a UnixFS node is an executable file. Any other mode than 0755, from a tree that other software made, counts
 * as none: no set-user-ID, set-group-ID or other bit ever reaches a disk.
 */
export function isExecutable({ type, mode }: UnixFS): boolean {
  return type === 'file' && mode === EXECUTABLE_MODE;
}

/** The links of a dag-pb block. They are views of its bytes. @throws Error when the bytes are not dag-pb */
export function decodeLinks(bytes: Uint8Array): readonly Link[] {
  return decode(bytes).Links;
}

/** The CIDs that a dag-pb block links to, as views of its bytes; none when the bytes are not dag-pb. */
export function linksOf(bytes: Uint8Array): CID[] {
  try {
    return decode(bytes).Links.map(({ Hash }) => Hash);
  } catch {
    return [];
  }
}

/** Decodes a dag-pb block as UnixFS (specs.ipfs.tech/unixfs). @throws Error when it is not a UnixFS node */
export function decodeUnixFs(bytes: Uint8Array): UnixFsNode {
  const { Data = new Uint8Array(), Links } = decode(bytes);
  return { data: UnixFS.unmarshal(Data), links: Links };
}

/** Number of hexadecimal digits that prefix the names in a sharded (HAMT) directory: 2 for the usual fan-out of 256. */
export function shardDigits(fanout: bigint): number {
  return (fanout - 1n).toString(16).length;
}
