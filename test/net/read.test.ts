import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { errorName } from '../../src/shared/errors.ts';
import { MAX_READ_BYTES } from '../../src/shared/limits.ts';
import { countingProxy } from './helpers/counting-proxy.ts';
import { waitForConnections, eventually, waitForListing, networkPerTest } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';
import { damageBlocks } from './helpers/trees.ts';

const MB = 1_000_000;

describe('reading before downloading', () => {
  const network = networkPerTest();

  const files = {
    'README.md': '# Package\n',
    LICENSE: 'MIT\n',
    'src/deep/er/file.txt': 'deep\n',
    'empty.txt': '',
    'large.bin': new Uint8Array(randomBytes(3 * 1024 * 1024 + 17)),
  };

  /** Waits until a peer lists a release and knows a provider of it. */
  async function known(peer: TestPeer, id: string, version: string): Promise<void> {
    await waitForListing(peer, id, version);
    await eventually('a provider', async () => (await peer.engine.getPackage({ id })).providers > 0);
  }

  async function text({ engine }: TestPeer, release: string, path: string): Promise<string> {
    return Buffer.from((await engine.readFile({ release, path })).bytes).toString();
  }

  it('transfers a few hundred kilobytes for the README and one file of 100 MB', async () => {
    const publisher = await network.peer();
    const big = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`data/part-${index}.bin`, new Uint8Array(randomBytes(5 * MB))]),
    );
    const code = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`src/module-${index}/index.ts`, `export const n = ${index};\n`]),
    );
    const readme = `# Big\n\n${'All about it. '.repeat(500)}`;
    const one = randomBytes(40_000);
    const { id } = await publisher.publish('big', '1.0.0', {
      ...big,
      ...code,
      'README.md': readme,
      'src/one.bin': new Uint8Array(one),
    });
    const proxy = await countingProxy(publisher.address);
    try {
      const reader = await network.peer({ bootstrap: [proxy.address] });
      await known(reader, id, '1.0.0');
      const before = proxy.received();
      const release = `${id}@1.0.0`;
      const root = await reader.engine.readFolder({ release, path: '' });
      assert.deepEqual(root.entries.map(({ name }) => name).toSorted(), ['README.md', 'data', 'gpack.toml', 'src']);
      assert.equal(await text(reader, release, 'README.md'), readme);
      const { bytes } = await reader.engine.readFile({ release, path: 'src/one.bin' });
      assert.ok(one.equals(bytes));
      const cost = proxy.received() - before;
      console.log(`      ${cost} bytes came for ${bytes.length + readme.length} bytes of 100 MB`);
      assert.ok(cost > bytes.length && cost < 300_000, `${cost} bytes came`);

      // Reading one megabyte in the middle of a large file fetches only the leaves of that range.
      const middle = { release, path: 'data/part-7.bin', offset: 2_500_000, length: 100_000 };
      const part = await reader.engine.readFile(middle);
      assert.deepEqual(part, { bytes: big['data/part-7.bin']?.slice(2_500_000, 2_600_000), size: 5 * MB });
      assert.ok(proxy.received() - before < 300_000 + 2.2 * 1024 * 1024);

      // The blocks are stored: reading them again needs no node.
      await reader.engine.stopNode({});
      assert.equal(await text(reader, release, 'README.md'), readme);
    } finally {
      await network.close();
      await proxy.close();
    }
  });

  it('lists, describes and reads what the publisher packed, from the best of several peers', async () => {
    const [publisher, second, reader] = await network.peers(3);
    const { id, root } = await publisher.publish('travelling', '1.0.0', files);
    await known(second, id, '1.0.0');
    await known(reader!, id, '1.0.0');
    await second.engine.install({ id, to: join(await network.folder(), 'a') });
    const { engine } = reader!;
    const release = `${id}@1.0.0`;
    const all = await engine.listFiles({ release });
    assert.deepEqual(
      all.files.map(({ path }) => path),
      [...Object.keys(files), 'gpack.toml'].toSorted(),
    );
    assert.equal(all.release, release);
    assert.deepEqual(
      await engine
        .readFolder({ release, path: 'src/deep' })
        .then(({ entries }) => entries.map(({ name, kind }) => [name, kind])),
      [['er', 'folder']],
    );
    const { published } = (await engine.getPackageVersion({ id, version: '1.0.0' })).release;
    const stat = await engine.statFile({ release, path: 'large.bin' });
    assert.deepEqual([stat.kind, stat.size, stat.published], ['file', files['large.bin'].length, published]);
    assert.equal((await engine.statFile({ release, path: '' })).cid, root);
    assert.equal((await engine.readFile({ release, path: 'empty.txt' })).bytes.length, 0);
    const { bytes, size } = await engine.readFile({ release, path: 'large.bin' });
    assert.equal(size, files['large.bin'].length);
    assert.ok(Buffer.from(files['large.bin']).equals(bytes));
    // By content root, and by range.
    assert.equal(await text(reader!, root, 'README.md'), '# Package\n');
    assert.equal(await text(reader!, 'travelling@^1', 'LICENSE'), 'MIT\n');
    const peers = await Promise.all([publisher, second].map(({ id: peer }) => engine.peer({ id: peer })));
    assert.ok(peers.every(({ failures }) => failures === 0));
  });

  it('returns at most a part of a large file per call', async () => {
    const publisher = await network.peer();
    const large = randomBytes(2 * MAX_READ_BYTES + 5);
    const { id } = await publisher.publish('parts', '1.0.0', { 'large.bin': new Uint8Array(large) });
    const parts: Uint8Array[] = [];
    for (let offset = 0; offset < large.length;) {
      const request = { release: `${id}@1.0.0`, path: 'large.bin', offset, length: large.length };
      const { bytes, size } = await publisher.engine.readFile(request);
      assert.equal(size, large.length);
      assert.ok(bytes.length <= MAX_READ_BYTES);
      parts.push(bytes);
      offset += bytes.length;
    }
    assert.ok(Buffer.concat(parts).equals(large));
    for (const range of [{ offset: -1 }, { length: 0.5 }]) {
      const bad = publisher.engine.readFile({ release: `${id}@1.0.0`, path: 'large.bin', ...range });
      await assert.rejects(bad, { name: 'InvalidRequest' });
    }
  });

  it('compares two releases without fetching file contents', async () => {
    const [publisher, reader] = await network.peers(2);
    await publisher.publish('evolving', '1.0.0', files);
    const changed = {
      ...files,
      'README.md': '# Better\n',
      'new.txt': 'new',
      'large.bin': new Uint8Array(randomBytes(2 * MB)),
    };
    const left = Object.fromEntries(Object.entries(changed).filter(([path]) => path !== 'empty.txt'));
    const { id } = await publisher.publish('evolving', '1.1.0', left);
    await known(reader, id, '1.1.0');
    const comparison = await reader.engine.compareReleases({ from: `${id}@1.0.0`, to: id });
    assert.deepEqual(comparison, {
      from: `${id}@1.0.0`,
      to: `${id}@1.1.0`,
      changes: [
        { path: 'README.md', kind: 'changed', before: 10, after: 9 },
        { path: 'empty.txt', kind: 'removed', before: 0 },
        { path: 'gpack.toml', kind: 'changed', before: 133, after: 133 },
        { path: 'large.bin', kind: 'changed', before: files['large.bin'].length, after: 2 * MB },
        { path: 'new.txt', kind: 'added', after: 3 },
      ],
    });
    await publisher.stop();
    const contents = reader.engine.readFile({ release: `${id}@1.1.0`, path: 'new.txt' });
    await assert.rejects(contents, { name: 'ContentUnavailable' });
  });

  it('reports missing files', async () => {
    const peer = await network.peer();
    const { id } = await peer.publish('small', '1.0.0');
    const { engine } = peer;
    const release = `${id}@1.0.0`;
    await assert.rejects(engine.readFile({ release, path: 'nothing.md' }), { name: 'FileNotFound' });
    await assert.rejects(engine.readFile({ release, path: '' }), { name: 'FileNotFound' });
    await assert.rejects(engine.readFolder({ release, path: 'README.md' }), { name: 'FileNotFound' });
    await assert.rejects(engine.statFile({ release, path: '../README.md' }), { name: 'UnsafePath' });
    await assert.rejects(engine.readFolder({ release: `${id}@2.0.0`, path: '' }), { name: 'VersionNotFound' });
    await assert.rejects(engine.readFolder({ release: 'unknown/has this', path: '' }), { name: 'InvalidRequest' });
  });

  it('reports that the node is stopped when a block is not local, and continues once it runs', async () => {
    const [publisher, reader] = await network.peers(2);
    const { id } = await publisher.publish('asleep', '1.0.0', files);
    await known(reader, id, '1.0.0');
    const release = `${id}@1.0.0`;
    await reader.engine.readFolder({ release, path: '' });
    const settings = (await reader.engine.status({})).settings!;
    await reader.engine.stopNode({});
    await assert.rejects(reader.engine.readFile({ release, path: 'README.md' }), { name: 'NodeNotRunning' });
    await reader.engine.startNode(settings);
    await waitForConnections(reader, [publisher]);
    assert.equal(await text(reader, release, 'README.md'), '# Package\n');
  });

  it('accepts no block with the wrong hash from a peer', async () => {
    const [publisher, maliciousPeer, reader] = await network.peers(3);
    const { id } = await publisher.publish('contested', '1.0.0', files);
    await known(maliciousPeer, id, '1.0.0');
    await known(reader!, id, '1.0.0');
    await maliciousPeer.engine.install({ id, to: join(await network.folder(), 'liar') });
    await damageBlocks(maliciousPeer.dataDir);
    await eventually('the liar claims to serve it', async () => {
      return (await reader!.engine.peer({ id: maliciousPeer.id })).provides.includes(id);
    });
    const release = `${id}@1.0.0`;
    const read = await reader!.engine.readFile({ release, path: 'large.bin' });
    assert.ok(Buffer.from(files['large.bin']).equals(read.bytes));
  });

  it('can be canceled by one caller without affecting another, and ends with the engine', async () => {
    const [publisher, reader] = await network.peers(2);
    const { id } = await publisher.publish('canceled', '1.0.0', files);
    await known(reader, id, '1.0.0');
    const request = { release: `${id}@1.0.0`, path: 'large.bin' };
    const abort = new AbortController();
    const [gone, stays] = [reader.engine.readFile(request, { signal: abort.signal }), reader.engine.readFile(request)];
    abort.abort();
    await assert.rejects(gone, { name: 'AbortError' });
    assert.ok(Buffer.from(files['large.bin']).equals((await stays).bytes));
    const last = reader.engine.listFiles({ release: request.release }).then(
      () => 'done',
      (error: unknown) => errorName(error),
    );
    await reader.engine.close();
    assert.ok(['done', 'EngineStopped'].includes(await last));
    await assert.rejects(reader.engine.readFile(request), { name: 'EngineStopped' });
  });
});
