import { toNotWritableError } from '../../platform/not-writable.ts';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PublisherKey } from '../../identity/publisher-key.ts';
import { createPublisherKey, publisherKeyFromSecret } from '../../identity/publisher-key.ts';
import { errorMessage, GgenError } from '../../shared/errors.ts';

const FILE_NAME = 'publisher.key';
const OWNER_ONLY = 0o600;
const GROUP_AND_OTHERS = 0o077;

/** Path of the publisher key of a data folder. */
export function keyFile(dataDir: string): string {
  return join(dataDir, FILE_NAME);
}

/**
 * Load the publisher key of a data folder, or create it in a file that only its owner can read.
 *
 * @throws GgenError InvalidRequest when other users can read the file, or it holds no key
 */
export async function loadOrCreateKeyFile(dataDir: string): Promise<PublisherKey> {
  const known = await loadKeyFile(dataDir);
  if (known !== undefined) return known;
  const key = createPublisherKey();
  await saveSecretFile(keyFile(dataDir), key.secret()).catch((error: unknown) => {
    throw toNotWritableError(dataDir, error);
  });
  return key;
}

/** The key of a data folder, if there is one. @throws GgenError as `loadOrCreateKeyFile` */
export async function loadKeyFile(dataDir: string): Promise<PublisherKey | undefined> {
  const path = keyFile(dataDir);
  const text = await readSecretFile(path);
  if (text === undefined) return undefined;
  try {
    return publisherKeyFromSecret(text);
  } catch (error) {
    throw new GgenError('InvalidRequest', `${path}: ${errorMessage(error)}`, { details: { path } });
  }
}

/**
 * Read a file that only its owner can read; undefined when it does not exist.
 *
 * @throws GgenError InvalidRequest when other users can read it
 */
async function readSecretFile(path: string): Promise<string | undefined> {
  const file = await open(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    // The mode of the open file, so that the file cannot be exchanged between check and read. Windows has no modes.
    const { mode } = await file.stat();
    if (process.platform !== 'win32' && (mode & GROUP_AND_OTHERS) !== 0) throw permissionsTooOpen(path, mode);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Write a secret that only its owner can read. A temporary file is renamed, so that the file is complete or absent. */
export async function saveSecretFile(path: string, secret: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporaryPath = `${path}.${process.pid}.new`;
  await writeFile(temporaryPath, secret, { mode: OWNER_ONLY, flag: 'wx', flush: true });
  await rename(temporaryPath, path);
}

function permissionsTooOpen(path: string, mode: number): GgenError {
  return new GgenError(
    'InvalidRequest',
    `Other users on this machine can read the publisher key (mode ${(mode & 0o777).toString(8)}), so it was not used. ` +
      `If no one has read it, run: chmod 600 ${path}`,
    { details: { path } },
  );
}
