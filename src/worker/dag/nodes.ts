import { decode } from '@ipld/dag-pb';
import type { PBLink } from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import type { CID } from 'multiformats/cid';

/** One link of a node: its name, the CID, and what the node claims of the bytes below it. */
export type Link = PBLink;

/** A block that is a node of UnixFS: what it says of itself, and its links. */
export interface UnixFsNode {
  readonly data: UnixFS;
  readonly links: readonly Link[];
}

/** The links of a block of dag-pb. @throws Error when it is none */
export function decodeLinks(bytes: Uint8Array): readonly Link[] {
  return decode(bytes).Links;
}

/** What a block of dag-pb names. One that is no node, whatever its CID claims, names nothing. */
export function linksOf(bytes: Uint8Array): CID[] {
  try {
    return decode(bytes).Links.map(({ Hash }) => Hash);
  } catch {
    return [];
  }
}

/** A block of dag-pb as UnixFS reads it (specs.ipfs.tech/unixfs). @throws Error when it is no such node */
export function decodeUnixFs(bytes: Uint8Array): UnixFsNode {
  const { Data = new Uint8Array(), Links } = decode(bytes);
  return { data: UnixFS.unmarshal(Data), links: Links };
}

/** How many hexadecimal digits name a place of a sharded (HAMT) directory: 2 for the usual 256 of them. */
export function shardDigits(fanout: bigint): number {
  return (fanout - 1n).toString(16).length;
}
