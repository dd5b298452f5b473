import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CarBlockIterator, CarWriter } from '@ipld/car';
import fc from 'fast-check';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import type { ArchiveReceipt } from '../../../src/shared/model.ts';
import { TestNetwork, waitForListing } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { readTree } from '../helpers/trees.ts';

interface Block {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

describe('a release archive', () => {
  const network = new TestNetwork();
  let publisher: TestPeer;
  let archive: ArchiveReceipt;
  let good: Buffer;
  let blocks: Block[];
  let offlinePeer: TestPeer;
  let attempt = 0;

  const files = {
    'README.md': '# Packed\n',
    'a/b.txt': 'b\n',
    'a/same.txt': '# Packed\n',
    'large.bin': new Uint8Array(randomBytes(2_500_000)),
  };

  before(async function () {
    this.timeout(240_000);
    publisher = await network.peer();
    await publisher.publish('packed', '0.9.0', { 'old.txt': 'old\n' });
    await publisher.publish('packed', '1.0.0', files);
    const to = join(await network.folder(), 'packed-1.0.0.car');
    archive = await publisher.engine.exportPackage({ id: 'packed', version: '1.0.0', to });
    good = await readFile(to);
    blocks = [];
    for await (const block of await CarBlockIterator.fromBytes(good)) blocks.push(block);
    offlinePeer = await network.peer();
    await offlinePeer.engine.stopNode({});
  });
  after(() => network.close());

  /** Imports a file of these bytes into a new peer without a network. */
  async function importBytes(bytes: Uint8Array): Promise<ArchiveReceipt> {
    const from = join(await network.folder(), `${attempt++}.car`);
    await writeFile(from, bytes);
    return offlinePeer.engine.importPackage({ from });
  }

  async function assertRefused(bytes: Uint8Array, message?: RegExp): Promise<void> {
    await assert.rejects(importBytes(bytes), { name: 'ArchiveInvalid', ...(message === undefined ? {} : { message }) });
    assert.equal(
      await offlinePeer.engine.exists({ id: `${publisher.key.id}/packed` }),
      false,
      'its record does not count',
    );
  }

  async function car(root: CID, content: readonly Block[]): Promise<Buffer> {
    const { writer, out } = CarWriter.create([root]);
    const write = (async () => {
      for (const block of content) await writer.put(block);
      await writer.close();
    })();
    const chunks: Uint8Array[] = [];
    for await (const chunk of out) chunks.push(chunk);
    await write;
    return Buffer.concat(chunks);
  }

  async function raw(bytes: Uint8Array): Promise<Block> {
    return { cid: CID.createV1(0x55, await sha256.digest(bytes)), bytes };
  }

  const rootOf = (): CID => CID.parse(archive.root);

  it('is a standard CAR file: the content root, the record first, every block once', async () => {
    const reader = await CarBlockIterator.fromIterable(createReadStream(archive.path));
    assert.deepEqual((await reader.getRoots()).map(String), [archive.root]);
    assert.equal(blocks.length, archive.blocks);
    assert.equal(new Set(blocks.map(({ cid }) => cid.toString())).size, blocks.length);
    assert.equal(good.length, archive.bytes);
    assert.equal(blocks[0]?.cid.code, 0x55);
    assert.deepEqual(await car(rootOf(), blocks), good, 'the same bytes as another writer makes');
    assert.deepEqual((await readdir(join(archive.path, '..'))).length, 1, 'nothing is left beside it');
  });

  it('is rejected at every truncation and with any flipped bit', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), fc.boolean(), async (at, bit, flip) => {
        const bytes = Buffer.from(flip ? good : good.subarray(0, at));
        if (flip) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        await assertRefused(bytes);
      }),
      { numRuns: 40 },
    );
    // The beginning contains the lengths, the header and the record: every byte of it is tested.
    for (let at = 0; at < 110; at++) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 0x41;
      await assertRefused(bytes);
    }
  });

  it('is rejected with unbounded lengths, or lengths beyond the maximum block size', async () => {
    await assertRefused(Buffer.alloc(0), /empty/);
    await assertRefused(Buffer.alloc(100, 0xff), /length/);
    await assertRefused(Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x01]), /length/);
    await assertRefused(Buffer.from([0]), /length/);
    await assertRefused(Buffer.from([0x80, 0x00]), /length/);
    await assertRefused(Buffer.concat([good, Buffer.from([0xff, 0xff, 0xff, 0x7f])]), /length/);
    await assertRefused(Buffer.concat([good, Buffer.alloc(16)]), /length/);
  });

  it('is rejected with a different root, no root or several', async () => {
    const [record, root, other] = blocks;
    assert.ok(record !== undefined && root !== undefined && other !== undefined);
    await assertRefused(await car(other.cid, blocks), /any release/);
    await assertRefused(await car(record.cid, blocks), /any release/);
    const { writer, out } = CarWriter.create([root.cid, other.cid]);
    const closed = writer.close();
    const chunks: Uint8Array[] = [];
    for await (const chunk of out) chunks.push(chunk);
    await closed;
    await assertRefused(Buffer.concat(chunks), /one root/);
  });

  it('is rejected with a block that is extra, missing, duplicate, out of order or of another codec', async () => {
    const [record, ...content] = blocks;
    assert.ok(record !== undefined);
    const [first, ...rest] = content;
    assert.ok(first !== undefined);
    await assertRefused(await car(rootOf(), [...blocks, await raw(Buffer.from('more'))]), /not part of the release/);
    await assertRefused(await car(rootOf(), blocks.slice(0, -1)), /incomplete/);
    await assertRefused(await car(rootOf(), [record]), /incomplete/);
    await assertRefused(await car(rootOf(), [...blocks, first]), /not part of the release/);
    await assertRefused(await car(rootOf(), [record, ...rest, first]), /not part of the release/);
    await assertRefused(await car(rootOf(), content), /record/);
    await assertRefused(await car(rootOf(), [await raw(Buffer.from('no record')), ...content]), /record is not valid/);
    await assertRefused(await car(rootOf(), [await raw(randomBytes(65 * 1024)), ...content]), /record/);
    await assertRefused(
      await car(rootOf(), [record, { ...first, bytes: Buffer.from('other bytes') }, ...rest]),
      /hash/,
    );
  });

  it('is rejected when it is not a file, and reading a large one uses little memory', async () => {
    const folder = await network.folder();
    await assert.rejects(offlinePeer.engine.importPackage({ from: folder }), { name: 'ArchiveInvalid' });
    await assert.rejects(offlinePeer.engine.importPackage({ from: join(folder, 'none.car') }), {
      name: 'ArchiveInvalid',
    });
    await assert.rejects(offlinePeer.engine.importPackage({ from: 'relative.car' }), { name: 'InvalidRequest' });
    const huge = await open(join(folder, 'huge.car'), 'w');
    await huge.truncate(8 * 1024 ** 3);
    await huge.close();
    await assert.rejects(offlinePeer.engine.importPackage({ from: join(folder, 'huge.car') }), {
      name: 'ArchiveInvalid',
    });
  });

  it('is imported without a network and installed from local blocks, byte for byte', async () => {
    const imported = await importBytes(good);
    assert.deepEqual(
      [imported.id, imported.version, imported.root, imported.blocks, imported.bytes],
      [archive.id, '1.0.0', archive.root, archive.blocks, archive.bytes],
    );
    const kept = await offlinePeer.engine.kept({});
    assert.deepEqual(
      kept.map(({ id, version }) => [id, version]),
      [[archive.id, '1.0.0']],
      'it stays',
    );
    const project = await network.folder();
    const plan = await offlinePeer.engine.planInstall({ project, mode: 'add', packages: [archive.id] });
    assert.equal(plan.bytesToFetch, 0);
    await offlinePeer.engine.applyPlan({ plan: plan.plan });
    const tree = await readTree(join(project, 'packages', 'packed'));
    for (const [path, content] of Object.entries(files)) assert.deepEqual(tree.get(path), Buffer.from(content), path);
    assert.equal(
      (await offlinePeer.engine.listVersions({ id: archive.id })).length,
      2,
      'its record tells of all releases',
    );
    await importBytes(good);
  });

  it('is exported by every peer that can fetch it, and served by every peer that imported it', async () => {
    const third = await network.peer({ bootstrap: [publisher.address] });
    await waitForListing(third, archive.id, '1.0.0');
    const to = join(await network.folder(), 'again.car');
    await third.engine.exportPackage({ id: archive.id, version: '1.0.0', to });
    assert.deepEqual(await readFile(to), good);
    await writeFile(to, 'a file of that name');
    await third.engine.exportPackage({ id: archive.id, to });
    assert.deepEqual(await readFile(to), good, 'replaced whole');
    await assert.rejects(third.engine.exportPackage({ id: archive.id, to: join(to, 'below-a-file') }), {
      name: 'TargetNotWritable',
    });
    await assert.rejects(third.engine.exportPackage({ id: archive.id, to: await network.folder() }), {
      name: 'TargetNotWritable',
      message: /a folder of that name exists/,
    });
  });
});
