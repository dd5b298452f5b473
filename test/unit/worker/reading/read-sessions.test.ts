import assert from 'node:assert/strict';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { DEFAULT_NODE_SETTINGS } from '../../../../src/shared/settings/node-settings.ts';
import type { NodeSettings } from '../../../../src/shared/model.ts';
import { openCatalog } from '../../../../src/worker/catalog/catalog.ts';
import { openBlockStore } from '../../../../src/worker/blocks/block-storage.ts';
import { createLoggers } from '../../../../src/worker/logging/logger.ts';
import { Leases } from '../../../../src/worker/retention/leases.ts';
import { MAX_READ_SESSIONS, ReadSessions } from '../../../../src/worker/reading/read-sessions.ts';
import { PeerReputation } from '../../../../src/worker/reputation/peer-reputation.ts';
import { withFolder } from '../catalog/support.ts';

describe('read sessions', () => {
  /** Sessions without a network: only blocks that `putBlock` stores are available. */
  async function withSessions(
    check: (
      sessions: ReadSessions,
      leasedRoots: () => string[],
      putBlock: (text: string) => Promise<CID>,
    ) => Promise<void>,
  ): Promise<void> {
    await withFolder(async (dataDir) => {
      const catalog = await openCatalog(dataDir);
      const blocks = await openBlockStore(dataDir);
      const retention = new Leases();
      const { peers, standings } = catalog;
      const peerReputation = new PeerReputation({ peers, standings });
      const loggers = createLoggers(() => undefined);
      const network = (): undefined => undefined;
      const settings = (): NodeSettings => DEFAULT_NODE_SETTINGS;
      const sessions = new ReadSessions({ catalog, blocks, retention, peerReputation, loggers, network, settings });
      try {
        await check(
          sessions,
          () => retention.roots(),
          async (text) => {
            const bytes = Buffer.from(text);
            const cid = CID.createV1(0x55, await sha256.digest(bytes));
            await blocks.put(cid, bytes);
            return cid;
          },
        );
      } finally {
        sessions.close();
        await blocks.close();
        catalog.close();
      }
    });
  }

  const { signal } = new AbortController();

  it('hold leases while they are cached, up to a limit, and release them at the end', async () => {
    await withSessions(async (sessions, leasedRoots, putBlock) => {
      const roots = await Promise.all(
        Array.from({ length: 2 * MAX_READ_SESSIONS }, (_, index) => putBlock(`release ${index}`)),
      );
      for (const cid of roots) {
        await sessions.use({ root: cid.toString() }, (source) => source.get(cid, signal));
        assert.ok(leasedRoots().includes(cid.toString()));
        assert.ok(leasedRoots().length <= MAX_READ_SESSIONS);
      }
      assert.deepEqual(
        leasedRoots().toSorted(),
        roots.slice(-MAX_READ_SESSIONS).map(String).toSorted(),
        'those used last',
      );
      sessions.close();
      assert.deepEqual(leasedRoots(), []);
    });
  });

  it('are not closed while in use', async () => {
    await withSessions(async (sessions, leasedRoots, putBlock) => {
      const first = await putBlock('first');
      const used = await sessions.use({ root: first.toString() }, async (source) => {
        for (let index = 0; index < 2 * MAX_READ_SESSIONS; index++) {
          const other = await putBlock(`other ${index}`);
          await sessions.use({ root: other.toString() }, (one) => one.get(other, signal));
        }
        assert.ok(leasedRoots().includes(first.toString()));
        return source.get(first, signal);
      });
      assert.equal(Buffer.from(used).toString(), 'first');
    });
  });

  it('report a stopped node when a block is not local, and are not cached then', async () => {
    await withSessions(async (sessions, leasedRoots) => {
      const missing = CID.createV1(0x55, await sha256.digest(Buffer.from('nowhere')));
      const reading = sessions.use({ root: missing.toString() }, (source) => source.get(missing, signal));
      await assert.rejects(reading, { name: 'NodeNotRunning' });
      assert.deepEqual(leasedRoots(), []);
    });
  });
});
