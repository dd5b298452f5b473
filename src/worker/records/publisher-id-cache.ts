import { publisherIdFromPublicKey } from '../../identity/publisher-id.ts';
import { BoundedCache } from '../../shared/bounded-cache.ts';

/** Base58 takes longer than all other fields of a record, and records of one publisher arrive together. */
const MAX_CACHED_IDS = 256;
const ids = new BoundedCache<string>({ maxEntries: MAX_CACHED_IDS });

/** Cached `publisherIdFromPublicKey`, with the same errors. */
export function cachedPublisherId(raw: Uint8Array): string {
  const key = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
  const known = ids.get(key);
  if (known !== undefined) return known;
  const id = publisherIdFromPublicKey(raw);
  ids.set(key, id);
  return id;
}
