import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encode, prepare } from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { openCatalog } from '../../src/worker/catalog/catalog.ts';
import { openBlockStore } from '../../src/worker/blocks/block-storage.ts';
import { bytesToSign, encodePayload, openRecord, sealRecord } from '../../src/worker/records/record.ts';
import { waitForListing, networkPerTest } from './helpers/peers.ts';

const DAG_PB = 0x70;
const RAW = 0x55;

interface Block {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

async function block(code: number, bytes: Uint8Array): Promise<Block> {
  return { cid: CID.createV1(code, await sha256.digest(bytes)), bytes };
}

async function node(data: UnixFS, links: { name: string; block: Block }[]): Promise<Block> {
  const Links = links.map(({ name, block: { cid, bytes } }) => ({ Name: name, Hash: cid, Tsize: bytes.length }));
  // Neither sorted nor checked: a malicious publisher does not use this project's importer.
  return block(DAG_PB, encode(prepare({ Data: data.marshal(), Links })));
}

describe('a malicious publisher', () => {
  const network = networkPerTest();

  /** A peer that publishes a release with these blocks, bypassing the importer and preflight. */
  async function publishRaw(
    root: Block,
    blocks: readonly Block[],
    size = 10,
  ): Promise<{ id: string; address: string }> {
    const dataDir = await network.folder();
    const key = createPublisherKey();
    const now = Date.now();
    const payload = encodePayload({
      publisher: key.id,
      name: 'trap',
      seq: 1,
      updated: now,
      metadata: { title: 'Trap', description: '', categories: [], tags: [], license: 'MIT', authors: [] },
      releases: [
        {
          version: '1.0.0',
          root: root.cid.toString(),
          size,
          files: 1,
          kind: 'gpack',
          dependencies: [],
          published: now,
          yanked: false,
        },
      ],
    });
    const opened = openRecord(sealRecord(payload, key.sign(bytesToSign(payload))));
    const catalog = await openCatalog(dataDir);
    catalog.packages.upsert(opened, { mine: true, now });
    catalog.close();
    const store = await openBlockStore(dataDir);
    for (const { cid, bytes } of [root, ...blocks]) await store.put(cid, bytes);
    await store.close();
    const peer = await network.peerOn(dataDir, key);
    return { id: `${key.id}/trap`, address: peer.address };
  }

  async function assertRefused(
    publisher: { id: string; address: string },
    error: { name: string; message?: RegExp },
  ): Promise<void> {
    const reader = await network.peer({ bootstrap: [publisher.address] });
    await waitForListing(reader, publisher.id, '1.0.0');
    const parent = await network.folder();
    await assert.rejects(reader.engine.install({ id: publisher.id, to: join(parent, 'inside') }), error);
    assert.deepEqual(await readdir(parent), []);
    assert.deepEqual(await reader.engine.installed({}), []);
  }

  const directory = new UnixFS({ type: 'directory' });
  let evil: Block;
  before(async () => {
    evil = await block(RAW, new TextEncoder().encode('evil'));
  });

  for (const name of [
    '../evil.txt',
    '..',
    '/etc/evil',
    'C:\\evil',
    'a\\..\\b',
    'con.txt',
    'trailing.',
    'nul\u0000l',
    '',
  ]) {
    it(`a file named ${JSON.stringify(name)} is rejected with nothing written`, async () => {
      const root = await node(directory, [{ name, block: evil }]);
      await assertRefused(await publishRaw(root, [evil]), { name: 'UnsafePath' });
    });
  }

  it('two names that are equal on some file systems are rejected', async () => {
    const root = await node(directory, [
      { name: 'README.md', block: evil },
      { name: 'readme.MD', block: evil },
    ]);
    await assertRefused(await publishRaw(root, [evil]), { name: 'UnsafePath' });
  });

  it('a symbolic link is rejected', async () => {
    const link = await node(new UnixFS({ type: 'symlink', data: new TextEncoder().encode('/etc/passwd') }), []);
    const root = await node(directory, [{ name: 'link', block: link }]);
    await assertRefused(await publishRaw(root, [link]), { name: 'UnsafePath' });
  });

  it('a deeply nested directory is walked no deeper than the limit', async () => {
    let inner = await node(directory, [{ name: 'file', block: evil }]);
    const all = [evil];
    for (let depth = 0; depth < 200; depth++) {
      all.push(inner);
      inner = await node(directory, [{ name: 'd', block: inner }]);
    }
    await assertRefused(await publishRaw(inner, all), { name: 'RecordInvalid' });
  });

  it('content far larger than the record states is not fetched completely', async () => {
    const leaves: Block[] = [];
    for (let index = 0; index < 80; index++) {
      const bytes = new Uint8Array(1024 * 1024).fill(index);
      leaves.push(await block(RAW, bytes));
    }
    const root = await node(
      directory,
      leaves.map((leaf, index) => ({ name: `f${index}`, block: leaf })),
    );
    await assertRefused(await publishRaw(root, leaves, 10), {
      name: 'RecordInvalid',
      message: /larger than its record specifies/,
    });
  });

  it('a root that is a plain file is rejected', async () => {
    await assertRefused(await publishRaw(evil, []), { name: 'RecordInvalid', message: /not a directory/ });
  });
});
