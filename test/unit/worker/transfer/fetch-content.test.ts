import assert from 'node:assert/strict';
import type { InstallProgress } from '../../../../src/shared/api/index.ts';
import { DEFAULT_NODE_SETTINGS } from '../../../../src/shared/settings/node-settings.ts';
import { openCatalog } from '../../../../src/worker/catalog/catalog.ts';
import { createLoggers } from '../../../../src/worker/logging/logger.ts';
import { PeerReputation } from '../../../../src/worker/reputation/peer-reputation.ts';
import { contentOf, fetchContent, fetchProgress } from '../../../../src/worker/transfer/fetch-content.ts';
import type { FetchContentDeps } from '../../../../src/worker/transfer/fetch-content.ts';
import { throttled } from '../../../../src/worker/transfer/throttle.ts';
import { FakeClock } from '../../../fake-clock.ts';
import { randomTree } from '../../../random-tree.ts';
import { withFolder } from '../catalog/support.ts';
import { honestAnswer } from './support/fake-provider.ts';
import type { Answer } from './support/fake-provider.ts';
import { TransferFixture } from './support/transfer-fixture.ts';

describe('fetching the content of a release', () => {
  const attributes: unknown[] = [];
  const events: unknown[] = [];
  const reserved: unknown[] = [];
  let released = 0;

  async function withDeps(
    answers: readonly Answer[],
    work: (deps: FetchContentDeps, fixture: TransferFixture) => Promise<void>,
  ): Promise<void> {
    for (const list of [attributes, events, reserved]) list.length = 0;
    released = 0;
    await withFolder(async (dataDir) => {
      const catalog = await openCatalog(dataDir);
      using fixture = new TransferFixture(...answers);
      try {
        const { peers, standings } = catalog;
        for (const { id } of fixture.providers) peers.addProvider(id, 'publisher', 'name');
        const span: FetchContentDeps['telemetry']['span'] = (name, given, run) => {
          attributes.push([name, given]);
          return run({ event: (...event: unknown[]) => events.push(event), set: () => undefined } as never);
        };
        const deps: FetchContentDeps = {
          catalog,
          blocks: fixture.store,
          peerReputation: new PeerReputation({ peers, standings }),
          network: () => ({ blocks: fixture.network }),
          settings: () => DEFAULT_NODE_SETTINGS,
          telemetry: { span },
          loggers: createLoggers(() => undefined),
          retention: {
            reserve: (...request) => {
              reserved.push(request.slice(0, 2));
              return Promise.resolve({
                [Symbol.dispose]: () => {
                  released++;
                },
              });
            },
          },
        };
        await work(deps, fixture);
      } finally {
        catalog.close();
      }
    });
  }

  const { signal } = new AbortController();
  const ref = { publisher: 'publisher', name: 'name', version: '1.0.0', files: 2 };

  it('reserves space, traces the transfer and credits the peers', async () => {
    const tree = await randomTree([10_000, 20_000]);
    await withDeps([honestAnswer(tree.store)], async (deps, fixture) => {
      const content = { ...ref, root: tree.root.toString(), size: tree.size };
      const progress: InstallProgress[] = [];
      await fixture.clock.run(fetchContent(deps, content, signal, (one) => progress.push(one)));
      await fixture.assertComplete(tree);
      assert.deepEqual(reserved, [[content.root, tree.size]]);
      assert.equal(released, 1);
      assert.deepEqual(attributes, [
        ['fetch_content', { package_id: 'publisher/name', package_version: '1.0.0', package_size: tree.size }],
      ]);
      assert.deepEqual(events, []);
      assert.ok(deps.peerReputation.stats('a').successes > 0);
    });
  });

  it('records failures, and releases the space, when the content is not available', async () => {
    const tree = await randomTree([10_000]);
    await withDeps([() => Promise.reject(new Error('closed'))], async (deps, fixture) => {
      const content = { ...ref, root: tree.root.toString(), size: tree.size };
      const fetching = fixture.clock.run(fetchContent(deps, content, signal, () => undefined));
      await assert.rejects(fetching, { name: 'ContentUnavailable' });
      assert.equal(released, 1);
      assert.deepEqual(events[0], ['provider_failed', { peer_id: 'a', kind: 'timeout' }]);
      assert.ok(deps.peerReputation.stats('a').failures > 0);
    });
  });

  it('takes the content of a release from its details', () => {
    const release = { version: '1.0.0', root: 'bafy', size: 7, files: 2, kind: 'gpack', dependencies: [] } as never;
    const details = { id: 'publisher/name', publisher: 'publisher', name: 'name', metadata: {} as never, release };
    assert.deepEqual(contentOf(details), { ...ref, root: 'bafy', size: 7 });
  });
});

describe('progress of a transfer', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock();
  });
  afterEach(() => {
    clock[Symbol.dispose]();
  });

  it('never exceeds the size of the release', async () => {
    const reports: InstallProgress[] = [];
    const report = fetchProgress({ size: 100, files: 3 }, (progress) => reports.push(progress));
    await clock.advance(50);
    report(60);
    await clock.advance(50);
    report(60);
    assert.deepEqual(
      reports.map(({ bytes, totalBytes, totalFiles }) => [bytes, totalBytes, totalFiles]),
      [
        [60, 100, 3],
        [100, 100, 3],
      ],
    );
  });

  it('is reported at most every 50 ms, and is not computed in between', async () => {
    const reports: number[] = [];
    const report = throttled((value: number) => reports.push(value));
    let computed = 0;
    for (let step = 0; step < 20; step++) {
      await clock.advance(10);
      report(() => ++computed);
    }
    assert.deepEqual(reports, [1, 2, 3, 4]);
    assert.equal(computed, 4);
  });
});
