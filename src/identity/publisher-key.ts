/**
 * The publisher key: an Ed25519 key pair that signs package records.
 *
 * The caller stores it as a secret (SecretStorage, or a key file of mode 0600). It never enters the engine.
 */

import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify as verifyBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { BoundedCache } from '../shared/bounded-cache.ts';
import { GgenError } from '../shared/errors.ts';
import { publisherIdFromPublicKey } from './publisher-id.ts';
import { concat, isRecordToSign } from './record-domain.ts';

/** SubjectPublicKeyInfo of an Ed25519 key, up to the raw key bytes (RFC 8410). */
const SPKI_PREFIX = Uint8Array.from(Buffer.from('302a300506032b6570032100', 'hex'));
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

export interface PublisherKey {
  /** Publisher id, `z6Mk…`. */
  readonly id: string;
  /**
   * Ed25519 signature (64 bytes) of the bytes that the engine prepared. Other bytes than those of a package record are
   * refused, so that a compromised engine cannot obtain signatures for other protocols.
   *
   * @throws GgenError InvalidRequest for anything but a package record to sign
   */
  sign(bytesToSign: Uint8Array): Uint8Array;
  /** The private key as PKCS#8 PEM, for SecretStorage or a key file. Never log it. */
  secret(): string;
}

/** Generate a new key. */
export function createPublisherKey(): PublisherKey {
  return keyOf(generateKeyPairSync('ed25519').privateKey);
}

/**
 * The key from the text of `secret()`.
 *
 * @throws GgenError InvalidRequest; its message contains nothing of the text
 */
export function publisherKeyFromSecret(text: string): PublisherKey {
  const key = parsePem(text);
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new GgenError(
      'InvalidRequest',
      `The publisher key must be an Ed25519 key, but this is of type ${key.asymmetricKeyType ?? 'unknown'}.`,
    );
  }
  return keyOf(key);
}

/**
 * Whether `signature` is the Ed25519 signature (RFC 8032, no pre-hash) of `bytes` by the raw 32-byte public key. False,
 * and not an error, for keys and signatures of another length.
 */
export function verifySignature(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  return verifyBytes(null, bytes, importedKey(publicKey), signature);
}

/** Like `verifySignature`, on a thread of libuv's pool. Rejects when the key cannot be imported. */
export function verifySignatureOffThread(
  publicKey: Uint8Array,
  bytes: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    verifyBytes(null, bytes, importedKey(publicKey), signature, (error, valid) => {
      if (error === null) resolve(valid);
      else reject(error);
    });
  });
}

/** Importing a key costs a quarter of a verification, and records of one publisher often arrive together. */
const MAX_IMPORTED_KEYS = 256;
const importedKeys = new BoundedCache<KeyObject>({ maxEntries: MAX_IMPORTED_KEYS });

function importedKey(raw: Uint8Array): KeyObject {
  const name = Buffer.from(raw).toString('base64');
  const known = importedKeys.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: Buffer.from(concat(SPKI_PREFIX, raw)), format: 'der', type: 'spki' });
  importedKeys.set(name, key);
  return key;
}

function parsePem(text: string): KeyObject {
  if (/BEGIN ENCRYPTED|Proc-Type:/.test(text)) {
    throw new GgenError('InvalidRequest', 'The publisher key is protected by a passphrase. Decrypt it first.');
  }
  try {
    return createPrivateKey({ key: text, format: 'pem' });
  } catch {
    // Without the cause: a parser's message may quote the secret, and errors are logged.
    throw new GgenError(
      'InvalidRequest',
      'Cannot read the publisher key. It must be a PKCS#8 private key in PEM format.',
    );
  }
}

/** Closures, not fields, hold the private key: printing or serializing the object shows the id alone. */
function keyOf(privateKey: KeyObject): PublisherKey {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    id: publisherIdFromPublicKey(Uint8Array.from(spki.subarray(SPKI_PREFIX.length))),
    sign(bytesToSign) {
      if (!isRecordToSign(bytesToSign)) {
        throw new GgenError('InvalidRequest', 'Refused to sign: the data is not a package record.');
      }
      return Uint8Array.from(sign(null, bytesToSign, privateKey));
    },
    secret: () => privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}
