import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { TestNetwork, eventually } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';
import { damageBlocks, readTree } from './helpers/trees.ts';

const MB = 1_000_000;

const large = (size: number): Uint8Array => new Uint8Array(randomBytes(size));

/** Waits until a peer knows a package and a provider of it, which is announced after the record. */
async function waitForProviders(peer: TestPeer, id: string): Promise<void> {
  await eventually(`${peer.id} knows who serves ${id}`, async () => {
    const { packages } = await peer.engine.search({ text: '', scope: 'local', limit: 100 });
    return packages.some((summary) => summary.id === id && summary.providers > 0);
  });
}

async function storage(peer: TestPeer) {
  return (await peer.engine.status({})).storage;
}

describe('keeping content', () => {
  let network: TestNetwork;
  beforeEach(() => {
    network = new TestNetwork();
  });
  afterEach(() => network.close());

  it('keeps a release without installing it, serves it, and can install it without a network', async () => {
    const [publisher, mirror] = await network.peers(2);
    const data = large(2 * MB);
    const { id } = await publisher.publish('kept', '1.0.0', { 'data.bin': data, 'small.txt': 'small' });
    await waitForProviders(mirror, id);
    const kept = await mirror.engine.keep({ id });
    assert.deepEqual([kept.id, kept.version, kept.files], [id, '1.0.0', 3]);
    assert.deepEqual(await mirror.engine.kept({}), [kept]);
    assert.deepEqual(await mirror.engine.installed({}), []);
    const reader = await network.peer({ bootstrap: [mirror.address] });
    await waitForProviders(reader, id);
    await publisher.stop();
    const to = join(await network.folder(), 'reader');
    await reader.engine.install({ id, to });
    assert.deepEqual((await readTree(to)).get('data.bin'), Buffer.from(data));
    await mirror.restart();
    await mirror.engine.cleanUpStorage({});
    await mirror.engine.stopNode({});
    const offline = join(await network.folder(), 'keeper');
    await mirror.engine.install({ id, version: '1.0.0', to: offline });
    assert.deepEqual((await readTree(offline)).get('data.bin'), Buffer.from(data));
  });

  it('releases content that is no longer kept, and nothing else', async () => {
    const [publisher, mirror] = await network.peers(2);
    const shared = large(MB);
    const first = await publisher.publish('first', '1.0.0', { shared, own: large(MB) });
    const second = await publisher.publish('second', '1.0.0', { shared, own: large(MB) });
    for (const { id } of [first, second]) {
      await waitForProviders(mirror, id);
      await mirror.engine.keep({ id });
    }
    const full = await storage(mirror);
    assert.ok(full.bytes > 3 * MB && full.bytes < 3.1 * MB, 'what both share is counted once');
    assert.deepEqual(await mirror.engine.cleanUpStorage({}), { blocks: 0, bytes: 0 });
    await mirror.engine.unkeep({ id: first.id });
    await assert.rejects(mirror.engine.unkeep({ id: first.id }), { name: 'PackageNotFound' });
    const { bytes } = await mirror.engine.cleanUpStorage({});
    assert.ok(bytes > MB && bytes < 1.1 * MB);
    const left = await storage(mirror);
    assert.deepEqual([left.bytes, left.pinned, left.evictable], [full.bytes - bytes, left.bytes, 0]);
    const own = await publisher.engine.cleanUpStorage({});
    assert.deepEqual(own, { blocks: 0, bytes: 0 }, 'what was published stays');
    await mirror.engine.stopNode({});
    await mirror.engine.install({ id: second.id, to: join(await network.folder(), 'x') });
  });

  it('evicts the least recently used content, and reports when everything is pinned', async () => {
    const [publisher, mirror] = await network.peers(2, { quota: 5 * MB });
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const { id } = await publisher.publish(name, '1.0.0', { data: large(1.5 * MB) });
      await waitForProviders(mirror, id);
      ids.push(id);
    }
    const [one = '', two = '', three = ''] = ids;
    for (const id of [one, two, three]) await mirror.engine.keep({ id });
    await assert.rejects(publisher.publish('four', '1.0.0', { data: large(1.5 * MB) }), { name: 'QuotaExceeded' });
    await publisher.engine.startNode({ ...(await publisher.engine.status({})).settings!, quota: 50 * MB });
    const { id: four } = await publisher.publish('four', '1.0.0', { data: large(1.5 * MB) });
    await waitForProviders(mirror, four);
    const to = join(await network.folder(), 'x');
    await assert.rejects(mirror.engine.install({ id: four, to }), (error: Error) => {
      assert.equal(error.name, 'QuotaExceeded');
      assert.match(error.message, /ggen\.content\.quota/);
      return true;
    });
    await mirror.engine.unkeep({ id: two });
    await mirror.engine.install({ id: four, to });
    assert.ok((await storage(mirror)).bytes <= 5 * MB);
    // Publishing is not refused while other content can be evicted.
    await mirror.engine.unkeep({ id: one });
    await mirror.publish('mine', '1.0.0', { data: large(1.5 * MB) });
    assert.ok((await storage(mirror)).bytes <= 5 * MB);
    await mirror.engine.stopNode({});
    await mirror.engine.install({ id: three, to: join(await network.folder(), 'y') });
  });

  it('detects flipped bits, repairs them from a peer, and reports what it could not repair', async () => {
    const [publisher, mirror] = await network.peers(2);
    const data = large(2 * MB);
    const { id } = await publisher.publish('damaged', '1.0.0', { data });
    await waitForProviders(mirror, id);
    await mirror.engine.keep({ id });
    const own = await mirror.publish('own', '1.0.0', { data: large(MB) });
    assert.equal((await mirror.engine.verifyStorage({})).damaged, 0);
    const before = await storage(mirror);
    await damageBlocks(mirror.dataDir);
    const phases = new Set<string>();
    const report = await mirror.engine.verifyStorage({}, { onProgress: ({ phase }) => phases.add(phase) });
    assert.equal(report.damaged, 3);
    assert.equal(report.blocks, before.blocks);
    assert.deepEqual(report.repaired, [{ id, version: '1.0.0' }]);
    assert.deepEqual(
      report.unrepaired.map(({ id: which, version }) => [which, version]),
      [[own.id, '1.0.0']],
    );
    assert.ok(phases.has('repair'));
    await mirror.engine.cleanUpStorage({});
    assert.equal((await storage(mirror)).damaged, 1);
    await mirror.engine.stopNode({});
    const to = join(await network.folder(), 'x');
    await mirror.engine.install({ id, to });
    assert.deepEqual((await readTree(to)).get('data'), Buffer.from(data));
  });

  it('collects garbage while packages arrive, and loses none of their blocks', async () => {
    const [publisher, mirror] = await network.peers(2);
    const ids: string[] = [];
    const shared = large(MB);
    for (let index = 0; index < 6; index++) {
      const files = Object.fromEntries(Array.from({ length: 40 }, (_, file) => [`d/${file}`, large(3_000)]));
      ids.push((await publisher.publish(`many-${index}`, '1.0.0', { ...files, shared, big: large(MB) })).id);
    }
    for (const id of ids) await waitForProviders(mirror, id);
    const over = new AbortController();
    const collecting = (async () => {
      while (!over.signal.aborted) await mirror.engine.cleanUpStorage({});
    })();
    const folder = await network.folder();
    try {
      await Promise.all(
        ids.map(async (id, index) => {
          await mirror.engine.install({ id, to: join(folder, String(index)) });
          await mirror.publish(`own-${index}`, '1.0.0', { big: large(MB), shared });
        }),
      );
    } finally {
      over.abort();
      await collecting;
    }
    const report = await mirror.engine.verifyStorage({});
    assert.deepEqual([report.damaged, report.repaired, report.unrepaired], [0, [], []]);
    assert.deepEqual(await mirror.engine.cleanUpStorage({}), { blocks: 0, bytes: 0 });
    const reader = await network.peer({ bootstrap: [mirror.address] });
    await publisher.stop();
    for (const id of ids) {
      await waitForProviders(reader, id);
      await reader.engine.keep({ id });
    }
  });

  it('updates the pinned size automatically after a change', async () => {
    const peer = await network.peer();
    await peer.publish('mine', '1.0.0', { data: large(MB) });
    await eventually('the publication counts as pinned', async () => {
      const { bytes, pinned, evictable } = await storage(peer);
      return bytes > MB && pinned === bytes && evictable === 0;
    });
  });
});
