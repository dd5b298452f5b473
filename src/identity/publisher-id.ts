/**
 * The text form of a publisher: the W3C Multikey (the part of a did:key after `did:key:`) of an Ed25519 public key.
 *
 * Multibase base58btc (`z`) over the multicodec ed25519-pub (0xed 0x01) and the 32 raw key bytes: 48 characters that
 * always begin with `z6Mk`. Source: W3C Controlled Identifiers 1.0, section Multikey.
 */

import { base58btc } from 'multiformats/bases/base58';
import { GgenError } from '../shared/errors.ts';
import { LIMITS, NAME_PATTERN } from '../shared/limits.ts';
import { concat } from './record-domain.ts';
import { isWeakKey } from './weak-key.ts';

const ED25519_PUB = Uint8Array.of(0xed, 0x01);
const PUBLIC_KEY_BYTES = 32;
const ID_PATTERN = /^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/;
/** An exact version or an npm range, after the `@` of a package id. */
const VERSION_PATTERN = /^[0-9A-Za-z.+^~*<>=|-][0-9A-Za-z.+^~*<>=| -]*$/;

/**
 * Publisher id of a raw 32-byte Ed25519 public key.
 *
 * @throws GgenError RecordInvalid for another length, or a key of small order
 */
export function publisherIdFromPublicKey(raw: Uint8Array): string {
  if (raw.length !== PUBLIC_KEY_BYTES) {
    throw new GgenError(
      'RecordInvalid',
      `A publisher key must have ${PUBLIC_KEY_BYTES} bytes, but this one has ${raw.length}.`,
    );
  }
  if (isWeakKey(raw)) {
    throw new GgenError('RecordInvalid', 'This publisher key is not safe: anyone can sign with it.');
  }
  return base58btc.encode(concat(ED25519_PUB, raw));
}

/**
 * The raw 32-byte Ed25519 public key of a publisher id.
 *
 * @throws GgenError RecordInvalid unless the text is the canonical id of a key
 */
export function publicKeyFromPublisherId(id: string): Uint8Array {
  const raw = decodeId(id);
  if (raw === undefined) {
    throw new GgenError('RecordInvalid', `'${id.slice(0, 64)}' is not a publisher ID (z6Mk…, 48 characters).`);
  }
  return raw;
}

/** Whether the text is a publisher id in canonical form. */
export function isPublisherId(text: string): boolean {
  return decodeId(text) !== undefined;
}

/** A publisher id for display in little space: `z6Mk…` and its last four characters. Not unique. */
export function shortPublisherId(id: string): string {
  return id.length <= 9 ? id : `${id.slice(0, 4)}…${id.slice(-4)}`;
}

/** The parts of a package id. */
export interface ParsedPackageId {
  readonly publisher?: string;
  readonly name: string;
  /** Exact version or range; its syntax is not checked further. */
  readonly version?: string;
}

/**
 * Parse `publisher/name` or `name`, each with an optional `@version` (exact or a range). Spaces around it, a publisher
 * id that is not canonical, and a name that cannot be published are refused.
 *
 * @throws GgenError InvalidRequest, naming the invalid part
 */
export function parsePackageId(text: string): ParsedPackageId {
  const at = text.indexOf('@');
  const id = at < 0 ? text : text.slice(0, at);
  const slash = id.indexOf('/');
  const publisher = slash < 0 ? undefined : id.slice(0, slash);
  const name = id.slice(slash + 1);
  if (publisher !== undefined && !isPublisherId(publisher)) {
    throw invalidPackageId(text, `'${publisher.slice(0, 64)}' is not a publisher ID (z6Mk…, 48 characters)`);
  }
  if (!isPackageName(name)) {
    throw invalidPackageId(
      text,
      `'${name.slice(0, 64)}' is not a package name (lowercase letters, digits, '-', '_', '.')`,
    );
  }
  const version = at < 0 ? undefined : text.slice(at + 1);
  if (version !== undefined && (version.length > LIMITS.versionLength || !VERSION_PATTERN.test(version))) {
    throw invalidPackageId(text, `'${version.slice(0, 64)}' is neither a version nor a version range`);
  }
  return {
    ...(publisher === undefined ? {} : { publisher }),
    name,
    ...(version === undefined ? {} : { version }),
  };
}

/** Whether the text can be the name of a published package. */
export function isPackageName(text: string): boolean {
  return text.length <= LIMITS.nameLength && NAME_PATTERN.test(text);
}

function decodeId(id: string): Uint8Array | undefined {
  if (!ID_PATTERN.test(id)) return undefined;
  const bytes = base58btc.decode(id);
  const raw = bytes.slice(ED25519_PUB.length);
  // Other 48-character base58 texts decode to other lengths or prefixes, or to the same key.
  const canonical = raw.length === PUBLIC_KEY_BYTES && base58btc.encode(concat(ED25519_PUB, raw)) === id;
  return canonical && !isWeakKey(raw) ? raw : undefined;
}

function invalidPackageId(text: string, why: string): GgenError {
  return new GgenError('InvalidRequest', `'${text.slice(0, 200)}' is not a package ID: ${why}.`);
}
