import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLine } from '../../src/shared/events.ts';
import { createEngine } from '../../src/worker/engine/engine.ts';
import { TestNetwork, waitForConnections, eventually, waitForListing, networkPerTest } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

/** The eight Registry methods on five real nodes that each publish a package. */
describe('the registry on five nodes', () => {
  const network = new TestNetwork();
  let peers: TestPeer[];
  let requester: TestPeer;
  const ids: string[] = [];

  before(async function () {
    this.timeout(240_000);
    peers = await network.peers(5);
    requester = peers[0]!;
    await waitForConnections(requester, peers.slice(1));
    for (const [index, peer] of peers.entries()) ids.push((await peer.publish(`package-${index}`, '1.0.0')).id);
    for (const version of ['1.1.0', '2.0.0-rc.1', '2.0.0']) await peers[1]!.publish('package-1', version);
    for (const peer of peers) for (const id of ids) await waitForListing(peer, id, id === ids[1] ? '2.0.0' : '1.0.0');
  });
  after(() => network.close());

  it('search: every peer finds all five, none twice, at most the limit', async () => {
    for (const peer of peers) {
      const { packages, peersAsked } = await peer.engine.search({ text: 'package' });
      assert.deepEqual(packages.map(({ id }) => id).sort(), [...ids].sort());
      assert.ok(peersAsked >= 1);
    }
    const pages = await Promise.all(
      [0, 2, 4].map((offset) => requester.engine.search({ text: 'package', limit: 2, offset, sort: 'name' })),
    );
    assert.deepEqual(
      pages.flatMap(({ packages }) => packages.map(({ name }) => name)),
      [0, 1, 2, 3, 4].map((index) => `package-${index}`),
    );
  });

  it('getPackage: by full id and by name, with its providers, and again from cache', async () => {
    const id = ids[2]!;
    const first = await requester.engine.getPackage({ id });
    assert.deepEqual([first.id, first.latest, first.seq, first.releases.length], [id, '1.0.0', 1, 1]);
    assert.deepEqual(await requester.engine.getPackage({ id: 'package-2' }), await requester.engine.getPackage({ id }));
    await assert.rejects(requester.engine.getPackage({ id: 'no-such-package' }), { name: 'PackageNotFound' });
    await assert.rejects(requester.engine.getPackage({ id: 'No Package' }), { name: 'InvalidRequest' });
  });

  it('getPackageVersion: exact, by range, pre-releases only when named', async () => {
    const of = async (version: string): Promise<string> =>
      (await requester.engine.getPackageVersion({ id: ids[1]!, version })).release.version;
    assert.equal(await of('1.0.0'), '1.0.0');
    assert.equal(await of('^1'), '1.1.0');
    assert.equal(await of('2.0.0-rc.1'), '2.0.0-rc.1');
    assert.equal(await of('>=1'), '2.0.0');
    assert.equal(await of(''), '2.0.0');
    await assert.rejects(of('^7'), { name: 'VersionNotFound' });
    await assert.rejects(of('newest please'), { name: 'InvalidRequest' });
  });

  it('listVersions: in semver order, on every peer', async () => {
    for (const peer of peers) {
      const versions = await peer.engine.listVersions({ id: ids[1]! });
      assert.deepEqual(
        versions.map(({ version, yanked }) => [version, yanked]),
        ['1.0.0', '1.1.0', '2.0.0-rc.1', '2.0.0'].map((version) => [version, false]),
      );
    }
  });

  it('publish and delete: a changed record invalidates what other peers cached of it', async () => {
    const id = ids[3]!;
    const publisher = peers[3]!;
    for (const peer of peers) assert.equal((await peer.engine.getPackage({ id })).latest, '1.0.0');
    await publisher.publish('package-3', '1.5.0');
    for (const peer of peers) {
      await eventually('the new version is what is answered', async () => {
        return (await peer.engine.getPackage({ id })).latest === '1.5.0';
      });
    }
    const draft = await publisher.engine.draftYank({ id, version: '1.5.0', yanked: true, publisher: publisher.key.id });
    await publisher.engine.delete({ draft: draft.draft, signature: publisher.key.sign(draft.bytesToSign) });
    for (const peer of peers) {
      await eventually('the withdrawn version is marked', async () => {
        const details = await peer.engine.getPackage({ id });
        return details.latest === '1.0.0' && details.releases.find(({ version }) => version === '1.5.0')?.yanked;
      });
      assert.equal(
        (await peer.engine.getPackageVersion({ id, version: '1.5.0' })).release.yanked,
        true,
        'by its exact name',
      );
      assert.equal((await peer.engine.getPackageVersion({ id, version: '^1' })).release.version, '1.0.0');
    }
  });

  it('exists: packages and versions, local or on the network', async () => {
    const { engine } = requester;
    const asked = [
      { id: ids[4]! },
      { id: 'package-4' },
      { id: ids[4]!, version: '1.0.0' },
      { id: ids[4]!, version: '^1' },
      { id: 'no-such-package' },
      { id: ids[4]!, version: '9.9.9' },
    ];
    const answers: boolean[] = [];
    for (const one of asked) answers.push(await engine.exists(one));
    assert.deepEqual(answers, [true, true, true, true, false, false]);
  });

  it('metadata: real figures', async () => {
    for (const peer of peers) {
      const { packageCount, apiVersion, features } = await peer.engine.metadata({});
      assert.equal(packageCount, 5);
      assert.equal(apiVersion, '1');
      assert.ok(features.includes('search'));
    }
  });
});

describe('looking packages up', () => {
  const network = networkPerTest();

  it('queries an unknown package once, however many callers ask at the same time', async () => {
    const [first, second] = await network.peers(2, {}, ['search']);
    const { id } = await second.publish('wanted', '1.0.0');
    const cancel = new AbortController();
    const canceled = first.engine.getPackage({ id }, { signal: cancel.signal });
    const others = [1, 2, 3].map(() => first.engine.getPackage({ id }));
    cancel.abort();
    await assert.rejects(canceled, { name: 'AbortError' });
    for (const found of await Promise.all(others)) assert.equal(found.latest, '1.0.0');
  });

  it('counts a provider that appeared after a package was cached', async () => {
    const [first, second] = await network.peers(2, {}, ['sync']);
    const { id } = await first.publish('served', '1.0.0');
    await waitForListing(second, id, '1.0.0');
    assert.equal((await second.engine.getPackage({ id })).providers, 1);
    const third = await network.peer({ bootstrap: [first.address, second.address] }, ['sync']);
    await waitForListing(third, id, '1.0.0');
    await third.engine.install({ id, to: join(await network.folder(), 'served') });
    assert.deepEqual((await third.engine.getPackage({ id })).installed, ['1.0.0'], 'and packages installed since then');
  });

  it('answers from local data while the node is stopped, and reports what is unavailable', async () => {
    const peer = await network.peer();
    const { id } = await peer.publish('alone', '1.0.0');
    await peer.engine.stopNode({});
    assert.equal((await peer.engine.getPackage({ id })).latest, '1.0.0');
    assert.equal(await peer.engine.exists({ id: 'unknown' }), false);
    await assert.rejects(peer.engine.getPackage({ id: 'unknown' }), {
      name: 'PackageNotFound',
      message: /not running/,
    });
  });
});

describe('a damaged catalog on a network', () => {
  const network = new TestNetwork();
  after(() => network.close());

  it('is reported in log and status, refilled from peers, and publishing continues with the next sequence number', async () => {
    const [first, second] = await network.peers(2);
    const { id } = await first.publish('mine', '1.0.0');
    await first.publish('mine', '1.1.0');
    const theirs = await second.publish('theirs', '1.0.0');
    await waitForListing(first, theirs.id, '1.0.0');
    await waitForListing(second, id, '1.1.0');
    const { seq } = await second.engine.getPackage({ id });
    await first.stop();
    await writeFile(join(first.dataDir, 'catalog.sqlite'), 'not a database '.repeat(1_000));

    const engine = await createEngine({ dataDir: first.dataDir, version: '0.0.0-test' });
    const lines: LogLine[] = [];
    engine.subscribe('log', ({ line }) => lines.push(line));
    const { rebuilt, counts } = await engine.status({});
    assert.match(rebuilt?.setAside ?? '', /catalog\.damaged-/);
    assert.ok(lines.some(({ level, message }) => level === 'error' && message.includes('damaged')));
    assert.ok((await readdir(first.dataDir)).some((name) => name.includes('damaged')));
    assert.deepEqual(counts, { published: 1, installed: 0, network: 0 });
    await engine.close();

    const repeated = await network.peerOn(first.dataDir, first.key, { bootstrap: [second.address] });
    await waitForListing(repeated, theirs.id, '1.0.0');
    const receipt = await repeated.publish('mine', '1.2.0');
    assert.equal(receipt.seq, seq + 1);
    await waitForListing(second, id, '1.2.0');
    assert.equal((await second.engine.getPackage({ id })).equivocation, false);
  });
});
