import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../../../src/worker/engine/engine.ts';

describe('an engine that cannot open all of its folder', () => {
  it('releases all locks of the folder', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ggen-engine-'));
    const options = { dataDir, version: '0.0.0-test', lockTimeoutMs: 0 };
    try {
      await writeFile(join(dataDir, 'blocks'), 'no folder');
      await assert.rejects(createEngine(options), { code: 'EEXIST' });
      await rm(join(dataDir, 'blocks'));
      const engine = await createEngine(options);
      await engine.close();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
