import assert from 'node:assert/strict';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { mergeForks } from '../../src/identity/merge-forks.ts';
import { waitForConnections, eventually, waitForListing, networkPerTest } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

describe('two machines with one publisher key', () => {
  const network = networkPerTest();

  async function versions(peer: TestPeer, id: string): Promise<string[]> {
    return (await peer.engine.listVersions({ id })).map(({ version }) => version);
  }

  async function waitForVersions(peers: readonly TestPeer[], id: string, expected: readonly string[]): Promise<void> {
    for (const peer of peers) {
      await eventually(`${peer.id} has ${expected.join(', ')}`, async () => {
        const { packages } = await peer.engine.search({ text: '', scope: 'local' });
        if (!packages.some((summary) => summary.id === id)) return false;
        return (await versions(peer, id)).join() === expected.join();
      });
    }
  }

  /** Two machines and a reader of each. All of them know 1.0.0 before the two halves are separated. */
  async function forkedPublishers(): Promise<{ desk: TestPeer; laptop: TestPeer; readers: TestPeer[]; id: string }> {
    const key = createPublisherKey();
    const desk = await network.peerOn(await network.folder(), key);
    const laptop = await network.peerOn(await network.folder(), key, { bootstrap: [desk.address] });
    await waitForConnections(laptop, [desk]);
    const { id } = await desk.publish('shared', '1.0.0');
    await waitForListing(laptop, id, '1.0.0');
    await laptop.engine.stopNode({});
    const reader = await network.peer({ bootstrap: [desk.address] });
    await waitForListing(reader, id, '1.0.0');
    return { desk, laptop, readers: [reader], id };
  }

  it('merge what they published independently, with the next release of either', async () => {
    const { desk, laptop, readers, id } = await forkedPublishers();
    await desk.publish('shared', '1.1.0', { 'README.md': 'desk' });
    await laptop.publish('shared', '1.2.0', { 'README.md': 'laptop' });
    await laptop.restart({ bootstrap: [desk.address] });
    await waitForConnections(laptop, [desk]);
    await eventually('the machines heard of each other', async () => {
      const [a, b] = await Promise.all([versions(desk, id), versions(laptop, id)]);
      return a.join() === b.join();
    });
    await desk.publish('shared', '2.0.0', { 'README.md': 'united' });
    await waitForVersions([desk, laptop, ...readers], id, ['1.0.0', '1.1.0', '1.2.0', '2.0.0']);
  });

  it('merge when one published more than the other, and the other publishes next', async () => {
    const { desk, laptop, readers, id } = await forkedPublishers();
    await desk.publish('shared', '1.1.0', { 'README.md': 'desk' });
    await desk.publish('shared', '1.3.0', { 'README.md': 'desk again' });
    await laptop.publish('shared', '1.2.0', { 'README.md': 'laptop' });
    await laptop.restart({ bootstrap: [desk.address] });
    await waitForConnections(laptop, [desk]);
    // The laptop rejects the desk's record, which lacks 1.2.0, and tracks it until it signs one that has both.
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
    await waitForVersions([desk, laptop, ...readers], id, ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '2.0.0']);
  });

  it('merge a release and a yank', async () => {
    const { desk, laptop, readers, id } = await forkedPublishers();
    const draft = await laptop.engine.draftYank({ id, version: '1.0.0', yanked: true, publisher: laptop.key.id });
    await laptop.engine.delete({ draft: draft.draft, signature: laptop.key.sign(draft.bytesToSign) });
    await desk.publish('shared', '1.1.0', { 'README.md': 'desk' });
    await laptop.restart({ bootstrap: [desk.address] });
    await waitForConnections(laptop, [desk]);
    await eventually('the machines heard of each other', async () => {
      const [a, b] = await Promise.all([desk.engine.getPackage({ id }), laptop.engine.getPackage({ id })]);
      return a.releases.length === b.releases.length && a.releases[0]?.yanked === b.releases[0]?.yanked;
    });
    const [winner] = await versions(desk, id).then((all) => (all.includes('1.1.0') ? [laptop] : [desk]));
    await winner!.publish('shared', '2.0.0', { 'README.md': 'united' });
    await waitForVersions([desk, laptop, ...readers], id, ['1.0.0', '1.1.0', '2.0.0']);
    const [first] = await readers[0]!.engine.listVersions({ id });
    assert.equal(first?.yanked, true);
  });

  describe('with the key on each machine', () => {
    const messages: string[] = [];
    const ends: (() => void)[] = [];
    const watch = ({ engine, key }: TestPeer): void => {
      const record = (message: string): void => void messages.push(message);
      ends.push(mergeForks({ engine, key: () => Promise.resolve(key), info: record, warn: record }));
    };
    beforeEach(() => messages.splice(0));
    afterEach(() => {
      for (const end of ends.splice(0)) end();
    });

    /** Asserts that every machine ends with the same record, and that none signs another one. */
    async function assertConverged(peers: readonly TestPeer[], id: string): Promise<void> {
      const seqs = async (): Promise<string> =>
        (await Promise.all(peers.map(({ engine }) => engine.getPackage({ id })))).map(({ seq }) => seq).join();
      await eventually('the same record everywhere', async () => new Set((await seqs()).split(',')).size === 1);
      const before = await seqs();
      for (const { engine } of peers) {
        const repeated = engine.draftMerge({ id, publisher: id.split('/')[0] ?? '' });
        await assert.rejects(repeated, { name: /^(DraftOutdated|PackageNotFound)$/ });
      }
      assert.equal(await seqs(), before);
    }

    it('merge automatically what each published, without a third fork', async () => {
      const { desk, laptop, readers, id } = await forkedPublishers();
      await desk.publish('shared', '1.1.0', { 'README.md': 'desk' });
      await desk.publish('shared', '1.3.0', { 'README.md': 'desk again' });
      await laptop.publish('shared', '1.2.0', { 'README.md': 'laptop' });
      await laptop.restart({ bootstrap: [desk.address] });
      watch(desk);
      watch(laptop);
      await waitForVersions([desk, laptop, ...readers], id, ['1.0.0', '1.1.0', '1.2.0', '1.3.0']);
      await assertConverged([desk, laptop, ...readers], id);
      await eventually('a line in the log', () => messages.length > 0);
      assert.ok(messages.length <= 2, messages.join('\n'));
      assert.match(messages[0] ?? '', /\/shared was signed again .*merges what two machines published with your key/);
    });

    it('merge records of equal sequence, and a yank', async () => {
      const { desk, laptop, readers, id } = await forkedPublishers();
      const draft = await laptop.engine.draftYank({ id, version: '1.0.0', yanked: true, publisher: laptop.key.id });
      await laptop.engine.delete({ draft: draft.draft, signature: laptop.key.sign(draft.bytesToSign) });
      await desk.publish('shared', '1.1.0', { 'README.md': 'desk' });
      await laptop.restart({ bootstrap: [desk.address] });
      watch(laptop);
      watch(desk);
      await waitForVersions([desk, laptop, ...readers], id, ['1.0.0', '1.1.0']);
      await eventually('the withdrawal is known to the reader', async () => {
        return (await readers[0]!.engine.listVersions({ id }))[0]?.yanked;
      });
      await assertConverged([desk, laptop, ...readers], id);
    });

    it('ignore records signed by another publisher, and records that have not forked', async () => {
      const { desk, laptop, id } = await forkedPublishers();
      watch(desk);
      const stranger = createPublisherKey();
      await assert.rejects(desk.engine.draftMerge({ id, publisher: stranger.id }), { name: 'NotPublisher' });
      await assert.rejects(desk.engine.draftMerge({ id, publisher: desk.key.id }), { name: 'DraftOutdated' });
      const draft = await laptop.engine.draftYank({ id, version: '1.0.0', yanked: true, publisher: laptop.key.id });
      const signed = { draft: draft.draft, signature: laptop.key.sign(draft.bytesToSign) };
      await assert.rejects(laptop.engine.publish(signed), { name: 'InvalidRequest' });
      assert.deepEqual(messages, []);
    });
  });
});
