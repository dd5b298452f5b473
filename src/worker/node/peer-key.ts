import { randomBytes } from 'node:crypto';
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys';
import type { PrivateKey } from '@libp2p/interface';
import { GgenError } from '../../shared/errors.ts';

/**
 * The node's network identity, kept across restarts in `peer.key` (libp2p's protobuf, mode 0600). It signs nothing but
 * network traffic.
 *
 * @throws GgenError NodeStartFailed when the file is there but can't be read as a key
 */
export async function loadOrCreatePeerKey(dataDir: string): Promise<PrivateKey> {
  const path = join(dataDir, 'peer.key');
  const bytes = await readFile(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) {
    const key = await generateKeyPair('Ed25519');
    // Written to a temporary file and renamed, so that a crash leaves no partial key.
    const tempPath = `${path}.${randomBytes(4).toString('hex')}`;
    try {
      await writeFile(tempPath, privateKeyToProtobuf(key), { mode: 0o600, flush: true });
      await rename(tempPath, path);
    } finally {
      await rm(tempPath, { force: true });
    }
    return key;
  }
  await chmod(path, 0o600);
  try {
    return privateKeyFromProtobuf(bytes);
  } catch (cause) {
    throw new GgenError(
      'NodeStartFailed',
      `The network identity in ${path} is damaged. Restore the file from a backup, or delete it to start with a new peer ID.`,
      { details: { path }, cause },
    );
  }
}
