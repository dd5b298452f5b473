import { createHash } from 'node:crypto';
import { sha256 } from 'multiformats/hashes/sha2';

/** Maximum size of a block: bitswap messages have at most 4 MiB, and the import profile makes leaves of 1 MiB. */
export const MAX_BLOCK_BYTES = 2 * 1024 * 1024;

/**
 * Whether the bytes match a multihash. False for hash functions other than sha2-256, and for blocks above the maximum
 * size.
 */
export function matchesMultihash(
  { code, digest }: { readonly code: number; readonly digest: Uint8Array },
  bytes: Uint8Array,
): boolean {
  if (code !== sha256.code || bytes.byteLength > MAX_BLOCK_BYTES) return false;
  return Buffer.compare(createHash('sha256').update(bytes).digest(), digest) === 0;
}
