import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublisherKey } from '../identity/publisher-key.ts';
import { createPublisherKey, publisherKeyFromSecret } from '../identity/publisher-key.ts';
import { errorMessage, GgenError } from '../shared/errors.ts';

const FILE_NAME = 'publisher.key';
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/**
 * The publisher key of a data folder, created at first need in a file that only its owner can read.
 *
 * @throws GgenError InvalidRequest when others can read the file, or it holds no key
 */
export async function loadOrCreatePublisherKey(dataDir: string): Promise<PublisherKey> {
  const path = join(dataDir, FILE_NAME);
  return (await load(path)) ?? (await create(dataDir, path));
}

async function load(path: string): Promise<PublisherKey | undefined> {
  const text = await readSecret(path);
  if (text === undefined) return undefined;
  try {
    return publisherKeyFromSecret(text);
  } catch (error) {
    throw new GgenError('InvalidRequest', `${path}: ${errorMessage(error)}`, { details: { path } });
  }
}

async function readSecret(path: string): Promise<string | undefined> {
  const file = await open(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    // Of the open file, not of its name: what is checked is what is read. Windows keeps no such mode.
    const { mode } = await file.stat();
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) throw tooOpen(path, mode);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Written beside and renamed, so that a key file is either complete or not there. */
async function create(dataDir: string, path: string): Promise<PublisherKey> {
  const key = createPublisherKey();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, key.secret(), { mode: OWNER_ONLY, flag: 'wx', flush: true });
  await rename(draft, path);
  return key;
}

function tooOpen(path: string, mode: number): GgenError {
  return new GgenError(
    'InvalidRequest',
    `Other users of this machine can read the publisher key (mode ${(mode & 0o777).toString(8)}), so it is not used. ` +
      `If nobody read it, run: chmod 600 ${path}`,
    { details: { path } },
  );
}
