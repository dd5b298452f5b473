import { isProtectedKey, unprotectKey } from '../../identity/protected-key.ts';
import type { PublisherKey } from '../../identity/publisher-key.ts';
import { publisherKeyFromSecret } from '../../identity/publisher-key.ts';
import { errorMessage, GgenError } from '../../shared/errors.ts';
import { loadKeyFile, loadOrCreateKeyFile } from './key-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Holds the key itself, for CI jobs. */
export const KEY_VARIABLE = 'GGEN_P2P_PUBLISHER_KEY';
export const PASSPHRASE_VARIABLE = 'GGEN_P2P_PUBLISHER_PASSPHRASE';

/**
 * The key to publish with: from the environment, else from the data folder, where it is created when absent.
 *
 * @throws GgenError InvalidRequest; its message holds nothing of the secret
 */
export async function publisherKey(env: Environment, dataDir: string): Promise<PublisherKey> {
  return keyFromEnvironment(env) ?? (await loadOrCreateKeyFile(dataDir));
}

/** As `publisherKey`, but creates no key. */
export async function existingKey(env: Environment, dataDir: string): Promise<PublisherKey | undefined> {
  return keyFromEnvironment(env) ?? (await loadKeyFile(dataDir));
}

export function keyFromEnvironment(env: Environment): PublisherKey | undefined {
  const text = env[KEY_VARIABLE]?.trim() ?? '';
  if (text === '') return undefined;
  try {
    return keyFromText(text, env[PASSPHRASE_VARIABLE]);
  } catch (error) {
    throw new GgenError('InvalidRequest', `${KEY_VARIABLE}: ${errorMessage(error)}`);
  }
}

/**
 * Parse a publisher key: PEM, encrypted or not, or base64 of PEM or of PKCS#8 in DER, for variables that cannot hold
 * line breaks.
 *
 * @throws GgenError InvalidRequest
 */
export function keyFromText(text: string, passphrase: string | undefined): PublisherKey {
  const pem = asPem(text.trim());
  if (!isProtectedKey(pem)) return publisherKeyFromSecret(pem);
  if (passphrase === undefined || passphrase === '') {
    throw new GgenError('InvalidRequest', `The key is protected. Set ${PASSPHRASE_VARIABLE} to its passphrase.`);
  }
  return publisherKeyFromSecret(unprotectKey(pem, passphrase));
}

function asPem(text: string): string {
  // Some CI systems store line breaks as `\n`.
  if (text.startsWith('-----BEGIN')) return text.includes('\n') ? text : text.replaceAll('\\n', '\n');
  const bytes = Buffer.from(text, 'base64');
  const decoded = bytes.toString('latin1');
  if (decoded.startsWith('-----BEGIN')) return decoded;
  return `-----BEGIN PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}
