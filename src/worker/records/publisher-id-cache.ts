import { publisherIdFromPublicKey } from '../../identity/publisher-id.ts';

/** Base58 costs more than all other fields of a record together, and records of one publisher come together. */
const MAX_CACHED_IDS = 256;
const ids = new Map<string, string>();

/** As `publisherIdFromPublicKey`, whose errors it passes on, and quick for keys that were just seen. */
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
