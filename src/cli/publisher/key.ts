import { isProtectedKey, unprotectKey } from '../../identity/protected-key.ts';
import type { PublisherKey } from '../../identity/publisher-key.ts';
import { publisherKeyFromSecret } from '../../identity/publisher-key.ts';
import { errorMessage, GgenError } from '../../shared/errors.ts';
import { loadKeyFile, loadOrCreateKeyFile } from './key-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The key itself in a variable, as a CI job has its secrets. */
export const KEY_VARIABLE = 'GGEN_P2P_PUBLISHER_KEY';
export const PASSPHRASE_VARIABLE = 'GGEN_P2P_PUBLISHER_PASSPHRASE';

/**
 * The key to publish with: that of the environment, else that of the data folder, created where there is none.
 *
 * @throws GgenError InvalidRequest, without anything of the secret
 */
export async function publisherKey(env: Environment, dataDir: string): Promise<PublisherKey> {
  return keyFromEnvironment(env) ?? (await loadOrCreateKeyFile(dataDir));
}

/** The same, but nothing is created. */
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
 * A publisher key from text: PEM, protected or not, or the base64 of such a text or of PKCS#8 in DER, for variables that
 * keep no line breaks.
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
  // Some systems keep one line only, with the breaks written out.
  if (text.startsWith('-----BEGIN')) return text.includes('\n') ? text : text.replaceAll('\\n', '\n');
  const bytes = Buffer.from(text, 'base64');
  const decoded = bytes.toString('latin1');
  if (decoded.startsWith('-----BEGIN')) return decoded;
  return `-----BEGIN PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}
