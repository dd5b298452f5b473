import assert from 'node:assert/strict';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { uniteForks } from '../../src/identity/unite-forks.ts';
import { connected, eventually, lists, networkPerTest } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

describe('two machines with one publisher key', () => {
  const network = networkPerTest();

  async function versions(peer: TestPeer, id: string): Promise<string[]> {
    return (await peer.engine.listVersions({ id })).map(({ version }) => version);
  }

  async function everywhere(peers: readonly TestPeer[], id: string, expected: readonly string[]): Promise<void> {
    for (const peer of peers) {
      await eventually(`${peer.id} has ${expected.join(', ')}`, async () => {
        const { packages } = await peer.engine.search({ text: '', scope: 'local' });
        if (!packages.some((summary) => summary.id === id)) return false;
        return (await versions(peer, id)).join() === expected.join();
      });
    }
  }

  /** Two machines and a reader of each; all of them know 1.0.0, and then the two halves part. */
  async function parted(): Promise<{ desk: TestPeer; laptop: TestPeer; readers: TestPeer[]; id: string }> {
    const key = createPublisherKey();
    const desk = await network.peerOn(await network.folder(), key);
    const laptop = await network.peerOn(await network.folder(), key, { bootstrap: [desk.address] });
    await connected(laptop, [desk]);
    const { id } = await desk.publish('shared', '1.0.0');
    await lists(laptop, id, '1.0.0');
    await laptop.engine.stopNode({});
    const reader = await network.peer({ bootstrap: [desk.address] });
    await lists(reader, id, '1.0.0');
    return { desk, laptop, readers: [reader], id };
  }

  it('unite what they published apart, with the next thing that either publishes', async () => {
    const { desk, laptop, readers, id } = await parted();
    await desk.publish('shared', '1.1.0', { 'README.md': 'desk' });
    await laptop.publish('shared', '1.2.0', { 'README.md': 'laptop' });
    await laptop.restart({ bootstrap: [desk.address] });
    await connected(laptop, [desk]);
    await eventually('the machines heard of each other', async () => {
      const [a, b] = await Promise.all([versions(desk, id), versions(laptop, id)]);
      return a.join() === b.join();
    });
    await desk.publish('shared', '2.0.0', { 'README.md': 'united' });
    await everywhere([desk, laptop, ...readers], id, ['1.0.0', '1.1.0', '1.2.0', '2.0.0']);
  });

  it('unite when one of them went further than the other, and the other publishes next', async () => {
    const { desk, laptop, readers, id } = await parted();
    await desk.publish('shared', '1.1.0', { 'README.md': 'desk' });
    await desk.publish('shared', '1.3.0', { 'README.md': 'desk again' });
    await laptop.publish('shared', '1.2.0', { 'README.md': 'laptop' });
    await laptop.restart({ bootstrap: [desk.address] });
    await connected(laptop, [desk]);
    // The laptop cannot take the desk's record, which lacks 1.2.0; it keeps it until it signs one that has both.
    await eventually('the laptop publishes on top of both', async () => {
      const root = await network.project('shared', '2.0.0', { 'README.md': 'united' });
      const draft = await laptop.engine.draftRelease({ root, publisher: laptop.key.id });
      if (draft.previous !== '1.3.0') {
        await laptop.engine.discardDraft({ draft: draft.draft });
        return false;
      }
      await laptop.engine.publish({ draft: draft.draft, signature: laptop.key.sign(draft.bytesToSign) });
      return true;
    });
    await everywhere([desk, laptop, ...readers], id, ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '2.0.0']);
  });

  it('unite a release and a withdrawal', async () => {
    const { desk, laptop, readers, id } = await parted();
    const draft = await laptop.engine.draftYank({ id, version: '1.0.0', yanked: true, publisher: laptop.key.id });
    await laptop.engine.delete({ draft: draft.draft, signature: laptop.key.sign(draft.bytesToSign) });
    await desk.publish('shared', '1.1.0', { 'README.md': 'desk' });
    await laptop.restart({ bootstrap: [desk.address] });
    await connected(laptop, [desk]);
    await eventually('the machines heard of each other', async () => {
      const [a, b] = await Promise.all([desk.engine.getPackage({ id }), laptop.engine.getPackage({ id })]);
      return a.releases.length === b.releases.length && a.releases[0]?.yanked === b.releases[0]?.yanked;
    });
    const [winner] = await versions(desk, id).then((all) => (all.includes('1.1.0') ? [laptop] : [desk]));
    await winner!.publish('shared', '2.0.0', { 'README.md': 'united' });
    await everywhere([desk, laptop, ...readers], id, ['1.0.0', '1.1.0', '2.0.0']);
    const [first] = await readers[0]!.engine.listVersions({ id });
    assert.equal(first?.yanked, true);
  });

  describe('and hold the key where the engines are', () => {
    const told: string[] = [];
    const ends: (() => void)[] = [];
    const watch = ({ engine, key }: TestPeer): void => {
      const tell = (message: string): void => void told.push(message);
      ends.push(uniteForks({ engine, key: () => Promise.resolve(key), info: tell, warn: tell }));
    };
    beforeEach(() => told.splice(0));
    afterEach(() => {
      for (const end of ends.splice(0)) end();
    });

    /** Every machine has the same record in the end, and none signs another one. */
    async function settled(peers: readonly TestPeer[], id: string): Promise<void> {
      const seqs = async (): Promise<string> =>
        (await Promise.all(peers.map(({ engine }) => engine.getPackage({ id })))).map(({ seq }) => seq).join();
      await eventually('the same record everywhere', async () => new Set((await seqs()).split(',')).size === 1);
      const before = await seqs();
      for (const { engine } of peers) {
        const again = engine.draftMerge({ id, publisher: id.split('/')[0] ?? '' });
        await assert.rejects(again, { name: /^(DraftOutdated|PackageNotFound)$/ });
      }
      assert.equal(await seqs(), before);
    }

    it('unite by themselves what each published, without a third fork', async () => {
      const { desk, laptop, readers, id } = await parted();
      await desk.publish('shared', '1.1.0', { 'README.md': 'desk' });
      await desk.publish('shared', '1.3.0', { 'README.md': 'desk again' });
      await laptop.publish('shared', '1.2.0', { 'README.md': 'laptop' });
      await laptop.restart({ bootstrap: [desk.address] });
      watch(desk);
      watch(laptop);
      await everywhere([desk, laptop, ...readers], id, ['1.0.0', '1.1.0', '1.2.0', '1.3.0']);
      await settled([desk, laptop, ...readers], id);
      await eventually('a line in the log', () => told.length > 0);
      assert.ok(told.length <= 2, told.join('\n'));
      assert.match(told[0] ?? '', /^Two machines with your publisher key published .*\/shared apart/);
    });

    it('unite records of one height, and a withdrawal', async () => {
      const { desk, laptop, readers, id } = await parted();
      const draft = await laptop.engine.draftYank({ id, version: '1.0.0', yanked: true, publisher: laptop.key.id });
      await laptop.engine.delete({ draft: draft.draft, signature: laptop.key.sign(draft.bytesToSign) });
      await desk.publish('shared', '1.1.0', { 'README.md': 'desk' });
      await laptop.restart({ bootstrap: [desk.address] });
      watch(laptop);
      watch(desk);
      await everywhere([desk, laptop, ...readers], id, ['1.0.0', '1.1.0']);
      await eventually('the withdrawal is known to the reader', async () => {
        return (await readers[0]!.engine.listVersions({ id }))[0]?.yanked;
      });
      await settled([desk, laptop, ...readers], id);
    });

    it('leave alone what another publisher signed, and what has not parted', async () => {
      const { desk, laptop, id } = await parted();
      watch(desk);
      const stranger = createPublisherKey();
      await assert.rejects(desk.engine.draftMerge({ id, publisher: stranger.id }), { name: 'NotPublisher' });
      await assert.rejects(desk.engine.draftMerge({ id, publisher: desk.key.id }), { name: 'DraftOutdated' });
      const draft = await laptop.engine.draftYank({ id, version: '1.0.0', yanked: true, publisher: laptop.key.id });
      const signed = { draft: draft.draft, signature: laptop.key.sign(draft.bytesToSign) };
      await assert.rejects(laptop.engine.publish(signed), { name: 'InvalidRequest' });
      assert.deepEqual(told, []);
    });
  });
});
