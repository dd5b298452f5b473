/**
 * Ed25519 keys of small order. Signatures that verify under them can be made without a private key.
 *
 * Source: the encodings of all points of order 1, 2, 4 and 8, canonical or not, which libsodium refuses in
 * `ge25519_has_small_order` (RFC 8032 leaves the check to the application). The sign bit is masked before comparing.
 */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** Whether the raw 32-byte public key has small order. */
export function isWeakKey(raw: Uint8Array): boolean {
  const masked = Buffer.from(raw);
  masked.writeUInt8(masked.readUInt8(31) & 0x7f, 31);
  return SMALL_ORDER.has(masked.toString('hex'));
}
