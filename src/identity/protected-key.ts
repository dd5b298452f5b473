/**
 * A publisher key encrypted with a passphrase, as a file for a backup or another machine.
 *
 * scrypt (RFC 7914, N = 2^17, r = 8, p = 1: 128 MiB per guess) derives the key for AES-256-GCM (NIST SP 800-38D), which
 * also authenticates the parameters. PKCS#8's own encryption is read, but not written: with OpenSSL's default
 * parameters, guessing a passphrase is cheap.
 */

import { createCipheriv, createDecipheriv, createPrivateKey, randomBytes, scryptSync } from 'node:crypto';
import { GgenError } from '../shared/errors.ts';

const PEM_LABEL = 'GGEN PROTECTED PUBLISHER KEY';
const ARMOR_PATTERN = new RegExp(
  `^-----BEGIN ${PEM_LABEL}-----\\s+([A-Za-z0-9+/=\\s]+?)\\s+-----END ${PEM_LABEL}-----\\s*$`,
);
const FORMAT_VERSION = 1;
const DEFAULT_LOG_COST = 17;
/** Bounds the memory that a file can make this process allocate: 1 GiB. */
const MAX_LOG_COST = 20;
const SCRYPT_BLOCK_SIZE = 8;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const AUTH_TAG_BYTES = 16;
const HEADER_BYTES = 2 + SALT_BYTES + NONCE_BYTES;
const MIN_PASSPHRASE_LENGTH = 8;

/** Whether the text is an encrypted key, of this format or PKCS#8. */
export function isProtectedKey(text: string): boolean {
  return text.includes(`BEGIN ${PEM_LABEL}`) || text.includes('BEGIN ENCRYPTED PRIVATE KEY');
}

/**
 * Encrypt the PEM text of `PublisherKey.secret()`.
 *
 * @throws GgenError InvalidRequest when the passphrase has fewer than 8 characters
 */
export function protectKey(secret: string, passphrase: string): string {
  if (passphrase.length < MIN_PASSPHRASE_LENGTH) {
    throw new GgenError('InvalidRequest', `The passphrase must have at least ${MIN_PASSPHRASE_LENGTH} characters.`);
  }
  const header = Buffer.concat([Buffer.of(FORMAT_VERSION, DEFAULT_LOG_COST), randomBytes(SALT_BYTES + NONCE_BYTES)]);
  const cipher = createCipheriv('aes-256-gcm', deriveKey(header, passphrase), header.subarray(2 + SALT_BYTES));
  cipher.setAAD(header);
  const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  const text = Buffer.concat([header, cipher.getAuthTag(), body]).toString('base64');
  return `-----BEGIN ${PEM_LABEL}-----\n${text.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END ${PEM_LABEL}-----\n`;
}

/**
 * Decrypt to the PEM text that this program, or another one as PKCS#8, encrypted.
 *
 * @throws GgenError InvalidRequest when the passphrase is wrong or the text is damaged; the two cannot be told apart
 */
export function unprotectKey(text: string, passphrase: string): string {
  const armored = ARMOR_PATTERN.exec(text.trim());
  try {
    return armored?.[1] === undefined ? decryptPkcs8(text, passphrase) : decryptArmored(armored[1], passphrase);
  } catch {
    // Without the cause: a parser's message may quote the secret, and errors are logged.
    throw new GgenError(
      'InvalidRequest',
      'Cannot decrypt the publisher key. The passphrase is wrong, or the key is damaged.',
    );
  }
}

function decryptArmored(base64: string, passphrase: string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length <= HEADER_BYTES + AUTH_TAG_BYTES || bytes[0] !== FORMAT_VERSION)
    throw new Error('Unknown key format');
  const header = bytes.subarray(0, HEADER_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', deriveKey(header, passphrase), header.subarray(2 + SALT_BYTES));
  decipher.setAAD(header);
  decipher.setAuthTag(bytes.subarray(HEADER_BYTES, HEADER_BYTES + AUTH_TAG_BYTES));
  return decipher.update(bytes.subarray(HEADER_BYTES + AUTH_TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

function decryptPkcs8(text: string, passphrase: string): string {
  return createPrivateKey({ key: text, format: 'pem', passphrase }).export({ format: 'pem', type: 'pkcs8' }).toString();
}

function deriveKey(header: Buffer, passphrase: string): Buffer {
  const logCost = header.readUInt8(1);
  if (logCost < 10 || logCost > MAX_LOG_COST) throw new Error('Unsupported scrypt cost');
  const N = 2 ** logCost;
  const maxmem = 2 * 128 * N * SCRYPT_BLOCK_SIZE;
  return scryptSync(passphrase.normalize('NFC'), header.subarray(2, 2 + SALT_BYTES), 32, {
    N,
    r: SCRYPT_BLOCK_SIZE,
    p: 1,
    maxmem,
  });
}
