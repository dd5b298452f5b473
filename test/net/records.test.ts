import assert from 'node:assert/strict';
import type { RecordProtocol } from '../../src/worker/protocols/shared/record-protocols.ts';
import { eventually, waitForListing, waitForMesh, networkPerTest } from './helpers/peers.ts';

describe('how records travel', () => {
  const network = networkPerTest();

  for (const count of [3, 12]) {
    it(`an announcement alone reaches all of ${count} peers on one address`, async () => {
      const [first, ...others] = await network.peers(count, {}, ['announce']);
      await waitForMesh(first, 1);
      await Promise.all(others.map((peer) => waitForMesh(peer, 1)));
      const { id, announcedTo } = await first.publish('announced', '1.0.0');
      assert.ok(announcedTo >= 1);
      await Promise.all(others.map((peer) => waitForListing(peer, id, '1.0.0')));
    });
  }

  it('sync alone brings a peer that joins later everything, and a second visit only what is new', async () => {
    const paths: RecordProtocol[] = ['sync'];
    const first = await network.peer({}, paths);
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) ids.push((await first.publish(name, '1.0.0')).id);
    const latecomer = await network.peer({ bootstrap: [first.address] }, paths);
    for (const id of ids) await waitForListing(latecomer, id, '1.0.0');
    const { id } = await first.publish('four', '1.0.0');
    await latecomer.restart();
    await waitForListing(latecomer, id, '1.0.0');
  });

  it('a peer that was never connected to the publisher gets its packages through another one', async () => {
    const paths: RecordProtocol[] = ['sync'];
    const publisher = await network.peer({}, paths);
    const { id } = await publisher.publish('relayed', '1.0.0');
    const between = await network.peer({ bootstrap: [publisher.address] }, paths);
    await waitForListing(between, id, '1.0.0');
    await publisher.stop();
    const last = await network.peer({ bootstrap: [between.address] }, paths);
    await waitForListing(last, id, '1.0.0');
  });

  it('a search reports local results first, then the network, as one ranked list', async () => {
    const [first, second] = await network.peers(2, {}, ['search']);
    await first.publish('parser', '1.0.0');
    await second.publish('parser-combinators', '1.0.0');
    const updates: string[][] = [];
    await eventually('both are found', async () => {
      updates.length = 0;
      const { packages } = await first.engine.search(
        { text: 'parser' },
        { onProgress: (results) => updates.push(results.packages.map(({ name }) => name)) },
      );
      return packages.length === 2 && packages[0]?.name === 'parser';
    });
    assert.deepEqual(updates[0]?.includes('parser'), true);
  });

  it('several publishers each have their own namespace for one name', async () => {
    const [first, second, third] = await network.peers(3);
    const ids = await Promise.all([first.publish('shared-name', '1.0.0'), second.publish('shared-name', '2.0.0')]);
    for (const { id, version } of ids) await waitForListing(third!, id, version);
    await assert.rejects(third!.engine.getPackage({ id: 'shared-name' }), { name: 'PackageAmbiguous' });
  });

  it('a yanked release is marked on every peer, and unmarked when the publisher un-yanks it', async () => {
    const [first, second] = await network.peers(2);
    const { id } = await first.publish('regretted', '1.0.0');
    await waitForListing(second, id, '1.0.0');
    for (const yanked of [true, false]) {
      const draft = await first.engine.draftYank({ id, version: '1.0.0', yanked, publisher: first.key.id });
      await first.engine.delete({ draft: draft.draft, signature: first.key.sign(draft.bytesToSign) });
      await eventually(`yanked is ${yanked} on the other peer`, async () => {
        const [release] = await second.engine.listVersions({ id });
        return release?.yanked === yanked;
      });
    }
    await assert.rejects(second.engine.draftYank({ id, version: '1.0.0', yanked: true, publisher: second.key.id }), {
      name: 'NotPublisher',
    });
  });
});
