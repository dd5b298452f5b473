/**
 * A publisher key under a passphrase: what leaves a machine as a file, for a backup or another machine.
 *
 * scrypt (RFC 7914, N = 2^17, r = 8, p = 1: 128 MiB for each guess) makes the key of AES-256-GCM (NIST SP 800-38D); the
 * parameters are authenticated with it. PKCS#8's own encryption is read as well, but not written: the one that OpenSSL
 * does by default makes guessing a passphrase cheap.
 */

import { createCipheriv, createDecipheriv, createPrivateKey, randomBytes, scryptSync } from 'node:crypto';
import { GgenError } from '../shared/errors.ts';

const TITLE = 'GGEN PROTECTED PUBLISHER KEY';
const ARMOUR = new RegExp(`^-----BEGIN ${TITLE}-----\\s+([A-Za-z0-9+/=\\s]+?)\\s+-----END ${TITLE}-----\\s*$`);
const FORMAT = 1;
const LOG_COST = 17;
/** More would let a file decide how much memory this process takes. */
const HIGHEST_LOG_COST = 20;
const BLOCK = 8;
const SALT = 16;
const NONCE = 12;
const TAG = 16;
const HEAD = 2 + SALT + NONCE;
const LEAST_PASSPHRASE = 8;

/** Whether the text is a key that only a passphrase opens. */
export function isProtectedKey(text: string): boolean {
  return text.includes(`BEGIN ${TITLE}`) || text.includes('BEGIN ENCRYPTED PRIVATE KEY');
}

/**
 * Protect what `PublisherKey.secret()` gave.
 *
 * @throws GgenError InvalidRequest when the passphrase is too short
 */
export function protectKey(secret: string, passphrase: string): string {
  if (passphrase.length < LEAST_PASSPHRASE) {
    throw new GgenError('InvalidRequest', `The passphrase must have at least ${LEAST_PASSPHRASE} characters.`);
  }
  const head = Buffer.concat([Buffer.of(FORMAT, LOG_COST), randomBytes(SALT + NONCE)]);
  const cipher = createCipheriv('aes-256-gcm', derived(head, passphrase), head.subarray(2 + SALT));
  cipher.setAAD(head);
  const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  const text = Buffer.concat([head, cipher.getAuthTag(), body]).toString('base64');
  return `-----BEGIN ${TITLE}-----\n${text.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END ${TITLE}-----\n`;
}

/**
 * The PEM text that was protected, by this program or as PKCS#8 by another one.
 *
 * @throws GgenError InvalidRequest when the passphrase is wrong or the text damaged: which of them cannot be told
 */
export function unprotectKey(text: string, passphrase: string): string {
  const armoured = ARMOUR.exec(text.trim());
  try {
    return armoured?.[1] === undefined ? fromPkcs8(text, passphrase) : opened(armoured[1], passphrase);
  } catch {
    // Without the cause: whatever a parser says of a secret stays out of logs.
    throw new GgenError(
      'InvalidRequest',
      'The publisher key cannot be opened: the passphrase is wrong, or the text is damaged.',
    );
  }
}

function opened(base64: string, passphrase: string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length <= HEAD + TAG || bytes[0] !== FORMAT) throw new Error('Not of this format');
  const head = bytes.subarray(0, HEAD);
  const decipher = createDecipheriv('aes-256-gcm', derived(head, passphrase), head.subarray(2 + SALT));
  decipher.setAAD(head);
  decipher.setAuthTag(bytes.subarray(HEAD, HEAD + TAG));
  return decipher.update(bytes.subarray(HEAD + TAG), undefined, 'utf8') + decipher.final('utf8');
}

function fromPkcs8(text: string, passphrase: string): string {
  return createPrivateKey({ key: text, format: 'pem', passphrase }).export({ format: 'pem', type: 'pkcs8' }).toString();
}

function derived(head: Buffer, passphrase: string): Buffer {
  const logCost = head.readUInt8(1);
  if (logCost < 10 || logCost > HIGHEST_LOG_COST) throw new Error('A cost that nobody asks for');
  const N = 2 ** logCost;
  const maxmem = 2 * 128 * N * BLOCK;
  return scryptSync(passphrase.normalize('NFC'), head.subarray(2, 2 + SALT), 32, { N, r: BLOCK, p: 1, maxmem });
}
