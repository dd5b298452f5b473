import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { multiaddr } from '@multiformats/multiaddr';
import { exporter, recursive } from 'ipfs-unixfs-exporter';
import { importer } from 'ipfs-unixfs-importer';
import { CID } from 'multiformats/cid';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/settings/node-settings.ts';
import { openCatalog } from '../../src/worker/catalog/catalog.ts';
import { bytesToSign, encodePayload, openRecord, sealRecord } from '../../src/worker/records/record.ts';
import { TestNetwork, waitForConnections } from './helpers/peers.ts';
import { plainHelia } from './helpers/plain-helia.ts';
import type { PlainHelia } from './helpers/plain-helia.ts';
import { readTree } from './helpers/trees.ts';

const FILES = {
  'README.md': '# Package\n',
  'src/deep/er/file.txt': 'deep\n',
  'empty.txt': '',
  'large.bin': new Uint8Array(randomBytes(3 * 1024 * 1024 + 17)),
};

describe('with a plain Helia node', () => {
  let network: TestNetwork;
  let helia: PlainHelia;
  beforeEach(async () => {
    network = new TestNetwork();
    helia = await plainHelia();
  });
  afterEach(async () => {
    await helia.stop();
    await network.close();
  });

  it('a published package is fetched by its CID, with the same bytes', async () => {
    const publisher = await network.peer();
    const { id } = await publisher.publish('by-cid', '1.0.0', FILES);
    const { release } = await publisher.engine.getPackageVersion({ id, version: '1.0.0' });
    await helia.node.libp2p.dial(multiaddr(publisher.address));
    const signal = AbortSignal.timeout(20_000);
    const fetched = new Map<string, Buffer>();
    for await (const { cid, path } of recursive(CID.parse(release.root), helia.node.blockstore, { signal })) {
      const entry = await exporter(cid, helia.node.blockstore, { signal });
      if (entry.type !== 'file' && entry.type !== 'raw') continue;
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry.content({ signal })) chunks.push(chunk);
      fetched.set(path.slice(path.indexOf('/') + 1), Buffer.concat(chunks));
    }
    for (const [path, content] of Object.entries(FILES)) {
      assert.deepEqual(fetched.get(path), Buffer.from(content), `${path} is the same`);
    }
    assert.equal(fetched.size, Object.keys(FILES).length + 1, 'and the manifest');
  });

  it('a package that only it serves is installed from it', async () => {
    const { root, size } = await importInto(helia);
    const key = createPublisherKey();
    const dataDir = await network.folder();
    const id = await insertPackage(dataDir, key, root, size, helia.id);
    // The limit does not apply to a local network, over any protocol.
    const transfers = { ...DEFAULT_NODE_SETTINGS.transfers, downloadPerDay: 1 };
    const reader = await network.peerOn(dataDir, createPublisherKey(), { transfers });
    await reader.engine.bootstrap({ address: helia.address });
    await waitForConnections(reader, [{ ...reader, id: helia.id }]);
    const to = join(await network.folder(), 'installed');
    await reader.engine.install({ id, to });
    const tree = await readTree(to);
    for (const [path, content] of Object.entries(FILES)) {
      assert.deepEqual(tree.get(path), Buffer.from(content), `${path} is the same`);
    }
    const { successes, failures } = await reader.engine.peer({ id: helia.id });
    assert.deepEqual({ successes, failures }, { successes: 1, failures: 0 });
  });

  /** Imports files as an IPFS user does. */
  async function importInto({ node }: PlainHelia): Promise<{ root: string; size: number }> {
    const source = Object.entries(FILES).map(([path, content]) => ({ path, content: Buffer.from(content) }));
    let root = '';
    for await (const { cid } of importer(source, node.blockstore, {
      profile: 'unixfs-v1-2025',
      wrapWithDirectory: true,
    })) {
      root = cid.toString();
    }
    return { root, size: source.reduce((sum, { content }) => sum + content.length, 0) };
  }

  /** A catalog that has the package and its provider. */
  async function insertPackage(
    dataDir: string,
    key: ReturnType<typeof createPublisherKey>,
    root: string,
    size: number,
    provider: string,
  ): Promise<string> {
    const now = Date.now();
    const payload = encodePayload({
      publisher: key.id,
      name: 'from-helia',
      seq: 1,
      updated: now,
      metadata: { title: 'From Helia', description: '', categories: [], tags: [], license: 'MIT', authors: [] },
      releases: [
        {
          version: '1.0.0',
          root,
          size,
          files: Object.keys(FILES).length,
          kind: 'gpack',
          dependencies: [],
          published: now,
          yanked: false,
        },
      ],
    });
    const catalog = await openCatalog(dataDir);
    catalog.packages.upsert(openRecord(sealRecord(payload, key.sign(bytesToSign(payload)))), { mine: false, now });
    catalog.peers.addProvider(provider, key.id, 'from-helia');
    catalog.close();
    return `${key.id}/from-helia`;
  }
});
