import assert from 'node:assert/strict';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { DEFAULT_NODE_SETTINGS } from '../../../../src/shared/defaults.ts';
import type { NodeSettings } from '../../../../src/shared/model.ts';
import { openCatalogue } from '../../../../src/worker/catalog/catalogue.ts';
import { openBlocks } from '../../../../src/worker/blocks/blocks.ts';
import { createLoggers } from '../../../../src/worker/logging/log.ts';
import { Holds } from '../../../../src/worker/retention/holds.ts';
import { MOST_SESSIONS, ReadSessions } from '../../../../src/worker/reading/read-sessions.ts';
import { Conduct } from '../../../../src/worker/reputation/conduct.ts';
import { withFolder } from '../catalog/support.ts';

describe('sessions for reading', () => {
  /** Roots of releases of which nothing is here and nobody can be asked, unless `here`. */
  async function withSessions(
    check: (sessions: ReadSessions, held: () => string[], here: (text: string) => Promise<CID>) => Promise<void>,
  ): Promise<void> {
    await withFolder(async (dataDir) => {
      const catalogue = await openCatalogue(dataDir);
      const blocks = await openBlocks(dataDir);
      const retention = new Holds();
      const { peers, standings } = catalogue;
      const conduct = new Conduct({ peers, standings });
      const loggers = createLoggers(() => undefined);
      const network = (): undefined => undefined;
      const settings = (): NodeSettings => DEFAULT_NODE_SETTINGS;
      const sessions = new ReadSessions({ catalogue, blocks, retention, conduct, loggers, network, settings });
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
        catalogue.close();
      }
    });
  }

  const { signal } = new AbortController();

  it('are held while they are warm, at most so many, and let go at the end', async () => {
    await withSessions(async (sessions, held, here) => {
      const roots = await Promise.all(
        Array.from({ length: 2 * MOST_SESSIONS }, (_, index) => here(`release ${index}`)),
      );
      for (const cid of roots) {
        await sessions.use({ root: cid.toString() }, (source) => source.get(cid, signal));
        assert.ok(held().includes(cid.toString()));
        assert.ok(held().length <= MOST_SESSIONS);
      }
      assert.deepEqual(held().toSorted(), roots.slice(-MOST_SESSIONS).map(String).toSorted(), 'those used last');
      sessions.close();
      assert.deepEqual(held(), []);
    });
  });

  it('are not closed under whoever uses them', async () => {
    await withSessions(async (sessions, held, here) => {
      const first = await here('first');
      const used = await sessions.use({ root: first.toString() }, async (source) => {
        for (let index = 0; index < 2 * MOST_SESSIONS; index++) {
          const other = await here(`other ${index}`);
          await sessions.use({ root: other.toString() }, (one) => one.get(other, signal));
        }
        assert.ok(held().includes(first.toString()));
        return source.get(first, signal);
      });
      assert.equal(Buffer.from(used).toString(), 'first');
    });
  });

  it('say that no node runs when something is not here, and are not kept then', async () => {
    await withSessions(async (sessions, held) => {
      const missing = CID.createV1(0x55, await sha256.digest(Buffer.from('nowhere')));
      const reading = sessions.use({ root: missing.toString() }, (source) => source.get(missing, signal));
      await assert.rejects(reading, { name: 'NodeNotRunning' });
      assert.deepEqual(held(), []);
    });
  });
});
