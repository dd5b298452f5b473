import { publisherIdFromPublicKey } from '../../identity/publisher-id.ts';

/** Base58 takes longer than all other fields of a record, and records of one publisher arrive together. */
const MAX_CACHED_IDS = 256;
const ids = new Map<string, string>();

/** Cached `publisherIdFromPublicKey`, with the same errors. */
export function cachedPublisherId(raw: Uint8Array): string {
  const key = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
  const known = ids.get(key);
  if (known !== undefined) return known;
  const id = publisherIdFromPublicKey(raw);
  const [oldest] = ids.keys();
  if (oldest !== undefined && ids.size >= MAX_CACHED_IDS) ids.delete(oldest);
  ids.set(key, id);
  return id;
}
