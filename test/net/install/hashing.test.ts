import assert from 'node:assert/strict';
import crypto, { randomBytes } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { TestNetwork } from '../helpers/peers.ts';

/** Counts how often each content is hashed during `work`, by SHA-256. */
async function countHashes(work: () => Promise<unknown>): Promise<Map<string, number>> {
  const hashed = new Map<string, number>();
  const { createHash } = crypto;
  const counting = (algorithm: string): Hash => {
    const hash = createHash(algorithm);
    const digest = hash.digest.bind(hash) as () => Buffer;
    const counted = (): Buffer => {
      const result = digest();
      const key = result.toString('hex');
      hashed.set(key, (hashed.get(key) ?? 0) + 1);
      return result;
    };
    return Object.assign(hash, { digest: counted });
  };
  Object.assign(crypto, { createHash: counting });
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    Object.assign(crypto, { createHash });
    syncBuiltinESMExports();
  }
  return hashed;
}

/** Hashing is the cost of verification, so the number of hashes per block is bounded. */
describe('hashing while installing', () => {
  const network = new TestNetwork();
  after(() => network.close());

  it('happens once for each local block', async () => {
    const peer = await network.peer();
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`dir${index % 6}/file${index}`, new Uint8Array(randomBytes(500))]),
    );
    const { id } = await peer.publish('counted', '1.0.0', {
      ...files,
      'large.bin': new Uint8Array(randomBytes(2_500_000)),
    });
    await peer.engine.stopNode({});
    const to = join(await network.folder(), 'x');
    const hashed = await countHashes(() => peer.engine.install({ id, to }));
    // 61 small files, three leaves and the root of the large one, six directories and the top directory.
    assert.equal(hashed.size, 61 + 4 + 7);
    assert.deepEqual([...new Set(hashed.values())], [1]);
  });
});
