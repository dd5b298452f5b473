import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, waitForListing, networkPerTest } from './helpers/peers.ts';
import { damageBlocks, readTree } from './helpers/trees.ts';

describe('content', () => {
  const network = networkPerTest();

  const files = {
    'README.md': '# Package\n',
    LICENSE: 'MIT\n',
    'src/deep/er/file.txt': 'deep\n',
    'empty.txt': '',
    'ünïcödé/名前.txt': 'names\n',
    'large.bin': new Uint8Array(randomBytes(3 * 1024 * 1024 + 17)),
  };

  it('is fetched from a peer, byte for byte, and raises the reputation of that peer', async () => {
    const [publisher, other] = await network.peers(2);
    const { id } = await publisher.publish('travelling', '1.0.0', files);
    await waitForListing(other, id, '1.0.0');
    const to = join(await network.folder(), 'installed');
    const phases = new Set<string>();
    const installed = await other.engine.install({ id, to }, { onProgress: ({ phase }) => phases.add(phase) });
    const tree = await readTree(to);
    for (const [path, content] of Object.entries(files)) {
      assert.deepEqual(tree.get(path), Buffer.from(content), `${path} is the same`);
    }
    assert.deepEqual([...tree.keys()].sort(), [...Object.keys(files), 'gpack.toml'].sort());
    assert.equal(installed.files, tree.size);
    assert.deepEqual([...phases], ['resolve', 'fetch', 'write']);
    const { received, ...listed } = installed;
    assert.ok(received !== undefined && received >= 3_145_728);
    assert.deepEqual(await other.engine.installed({}), [listed]);
    const peer = await other.engine.peer({ id: publisher.id });
    assert.ok(peer.successes > 0);
    assert.equal(peer.failures, 0);
  });

  it('is served by every peer that installed it', async () => {
    const [publisher, second] = await network.peers(2);
    const { id } = await publisher.publish('passed-on', '1.0.0', files);
    await waitForListing(second, id, '1.0.0');
    await second.engine.install({ id, to: join(await network.folder(), 'a') });
    const third = await network.peer({ bootstrap: [second.address] });
    await waitForListing(third, id, '1.0.0');
    await publisher.stop();
    const to = join(await network.folder(), 'b');
    await third.engine.install({ id, to });
    assert.deepEqual((await readTree(to)).get('large.bin'), Buffer.from(files['large.bin']));
  });

  it('comes from another provider when the first one does not have it, which lowers the reputation of the first', async () => {
    const [publisher, maliciousPeer, reader] = await network.peers(3);
    const { id } = await publisher.publish('contested', '1.0.0', files);
    await waitForListing(maliciousPeer, id, '1.0.0');
    await waitForListing(reader!, id, '1.0.0');
    await maliciousPeer.engine.install({ id, to: join(await network.folder(), 'liar') });
    await maliciousPeer.stop();
    await damageBlocks(maliciousPeer.dataDir);
    const { address } = await network.peerOn(maliciousPeer.dataDir, maliciousPeer.key);
    await reader!.restart({ bootstrap: [address, publisher.address] });
    await eventually('the liar claims to serve it', async () => {
      return (await reader!.engine.peer({ id: maliciousPeer.id })).provides.includes(id);
    });
    const before = await reader!.engine.peer({ id: maliciousPeer.id });
    const to = join(await network.folder(), 'reader');
    await reader!.engine.install({ id, to });
    assert.deepEqual((await readTree(to)).get('large.bin'), Buffer.from(files['large.bin']));
    const after = await reader!.engine.peer({ id: maliciousPeer.id });
    // Reputation decides which provider is asked first. The faulty one never gains from blocks that it did not send.
    assert.ok(after.failures > before.failures || after.successes === before.successes);
  });

  it('is rejected, with nothing written, when the only provider sends damaged blocks', async () => {
    const [publisher, reader] = await network.peers(2);
    const { id } = await publisher.publish('damaged', '1.0.0', files);
    await waitForListing(reader, id, '1.0.0');
    await damageBlocks(publisher.dataDir);
    const parent = await network.folder();
    await assert.rejects(reader.engine.install({ id, to: join(parent, 'x') }), { name: 'ContentUnavailable' });
    assert.deepEqual(await readdir(parent), []);
    assert.deepEqual(await reader.engine.installed({}), []);
    const { failures, reputation } = await reader.engine.peer({ id: publisher.id });
    assert.ok(failures > 0);
    assert.ok(reputation < 0.85, 'less than a newcomer');
  });

  it('does not overwrite an existing target', async () => {
    const [publisher, reader] = await network.peers(2);
    const { id } = await publisher.publish('careful', '1.0.0');
    await waitForListing(reader, id, '1.0.0');
    const to = await network.folder();
    await writeFile(join(to, 'mine.txt'), 'mine');
    await assert.rejects(reader.engine.install({ id, to }), { name: 'TargetNotEmpty' });
    assert.equal(await readFile(join(to, 'mine.txt'), 'utf8'), 'mine');
    const empty = join(to, 'empty');
    await mkdir(empty);
    await reader.engine.install({ id, to: empty });
    assert.ok((await readTree(empty)).has('gpack.toml'));
  });

  it('can be canceled while it is fetched: nothing is written, and it can be started again', async () => {
    const [publisher, reader] = await network.peers(2);
    const large = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`f${index}.bin`, new Uint8Array(randomBytes(64 * 1024))]),
    );
    const { id } = await publisher.publish('slow', '1.0.0', large);
    await waitForListing(reader, id, '1.0.0');
    const parent = await network.folder();
    const abort = new AbortController();
    const install = reader.engine.install(
      { id, to: join(parent, 'x') },
      {
        signal: abort.signal,
        onProgress: ({ phase }) => {
          if (phase === 'fetch') abort.abort();
        },
      },
    );
    await assert.rejects(install, { name: 'AbortError' });
    assert.deepEqual(await readdir(parent), []);
    await reader.engine.install({ id, to: join(parent, 'x') });
    assert.equal((await readTree(join(parent, 'x'))).size, 41);
  });

  it('is installed without a node when all blocks are local', async () => {
    const peer = await network.peer();
    const { id } = await peer.publish('offline', '1.0.0', files);
    await peer.engine.stopNode({});
    const to = join(await network.folder(), 'x');
    await peer.engine.install({ id, to });
    assert.deepEqual((await readTree(to)).get('large.bin'), Buffer.from(files['large.bin']));
  });

  it('leaves nothing of a draft that is discarded, nor of one that fails', async () => {
    const peer = await network.peer();
    const root = await network.project('discarded', '1.0.0', files);
    const draft = await peer.engine.draftRelease({ root, publisher: peer.key.id });
    await peer.engine.discardDraft({ draft: draft.draft });
    const signature = peer.key.sign(draft.bytesToSign);
    await assert.rejects(peer.engine.publish({ draft: draft.draft, signature }), { name: 'DraftNotFound' });
    const repeated = await peer.engine.draftRelease({ root, publisher: peer.key.id });
    const forged = { draft: repeated.draft, signature: new Uint8Array(64) };
    await assert.rejects(peer.engine.publish(forged), { name: 'SignatureInvalid' });
    await peer.engine.discardDraft({ draft: repeated.draft });
    assert.deepEqual(await readdir(join(peer.dataDir, 'drafts')), []);
    assert.deepEqual((await peer.engine.search({ text: '', scope: 'local' })).packages, []);
  });
});
