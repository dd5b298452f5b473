import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createPublisherKey } from '../../../src/identity/publisher-key.ts';
import type { PublisherKey } from '../../../src/identity/publisher-key.ts';
import type { LocalEngine } from '../../../src/worker/engine/engine.ts';
import { createEngine } from '../../../src/worker/engine/engine.ts';
import { ALL_RECORD_PROTOCOLS } from '../../../src/worker/protocols/shared/record-protocols.ts';
import type { RecordProtocol } from '../../../src/worker/protocols/shared/record-protocols.ts';
import { DEFAULT_NODE_SETTINGS } from '../../../src/shared/settings/node-settings.ts';
import type { NodeSettings, PublishReceipt, PeerSummary } from '../../../src/shared/model.ts';

/** One peer of a test network: a whole engine on real TCP, with a folder and a publisher key of its own. */
export interface TestPeer {
  readonly engine: LocalEngine;
  readonly key: PublisherKey;
  readonly dataDir: string;
  /** Peer id, once started. */
  readonly id: string;
  /** Address under which others reach it. */
  readonly address: string;
  /** Publish a package made of these files; a manifest is written when none is among them. */
  publish(
    name: string,
    version: string,
    files?: Readonly<Record<string, string | Uint8Array>>,
  ): Promise<PublishReceipt>;
  /** Stop the engine and start another one on the same folder. */
  restart(settings?: Partial<NodeSettings>): Promise<void>;
  stop(): Promise<void>;
}

/** Starts peers and projects, and removes everything at the end, however the test ended. */
export class TestNetwork {
  readonly #cleanups: (() => Promise<void>)[] = [];

  async folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'ggen-net-'));
    this.#cleanups.push(() => rm(path, { recursive: true, force: true }));
    return path;
  }

  /** @param paths the ways on which this peer's records travel; all when left out */
  async peer(
    settings: Partial<NodeSettings> = {},
    paths: readonly RecordProtocol[] = ALL_RECORD_PROTOCOLS,
  ): Promise<TestPeer> {
    return this.peerOn(await this.folder(), createPublisherKey(), settings, paths);
  }

  /** A peer on a data folder that exists already. */
  async peerOn(
    dataDir: string,
    key: PublisherKey,
    settings: Partial<NodeSettings> = {},
    enabledProtocols: readonly RecordProtocol[] = ALL_RECORD_PROTOCOLS,
  ): Promise<TestPeer> {
    let engine = await createEngine({ dataDir, version: '0.0.0-test', enabledProtocols });
    this.#cleanups.push(() => engine.close());
    let current: NodeSettings = { ...DEFAULT_NODE_SETTINGS, listen: ['/ip4/127.0.0.1/tcp/0'], ...settings };
    let status = await engine.startNode(current);
    const project = this.project.bind(this);
    return {
      key,
      dataDir,
      get engine() {
        return engine;
      },
      get id() {
        return status.peerId ?? '';
      },
      get address() {
        return status.addresses[0] ?? '';
      },
      async publish(name, version, files = { 'README.md': `# ${name}\n` }) {
        const root = await project(name, version, files);
        const draft = await engine.draftRelease({ root, publisher: key.id });
        return engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign) });
      },
      async restart(changed = {}) {
        await engine.close();
        current = { ...current, ...changed };
        engine = await createEngine({ dataDir, version: '0.0.0-test', enabledProtocols });
        status = await engine.startNode(current);
      },
      stop: () => engine.close(),
    };
  }

  /** `count` peers; all join the first. */
  async peers(
    count: number,
    settings: Partial<NodeSettings> = {},
    paths: readonly RecordProtocol[] = ALL_RECORD_PROTOCOLS,
  ): Promise<[TestPeer, TestPeer, ...TestPeer[]]> {
    const first = await this.peer(settings, paths);
    const others = await Promise.all(
      Array.from({ length: count - 1 }, () => this.peer({ ...settings, bootstrap: [first.address] }, paths)),
    );
    await Promise.all(others.map((peer) => waitForConnections(peer, [first])));
    const [second, ...rest] = others;
    if (second === undefined) throw new Error('A network has at least two peers');
    return [first, second, ...rest];
  }

  /** A project folder with these files. */
  async project(name: string, version: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
    const root = await this.folder();
    const manifest = `[gpack]\nid = "${name}"\nname = "${name}"\nversion = "${version}"\ndescription = "The ${name} package"\nlicense = "MIT"\nggen_compat = ">=1"\n`;
    for (const [path, content] of Object.entries({ 'gpack.toml': manifest, ...files })) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
    return root;
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
  }
}

/** A network for the tests of the suite in which this is called: what a test starts in it is gone at the test's end. */
export function networkPerTest(): TestNetwork {
  const network = new TestNetwork();
  afterEach(() => network.close());
  return network;
}

/** Wait until something holds. Fails with `what` after the bound, which is far above what it takes. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`Did not come to pass within ${timeoutMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Wait until a peer is connected to all of the others. */
export async function waitForConnections(peer: TestPeer, others: readonly TestPeer[]): Promise<readonly PeerSummary[]> {
  return eventually(`${peer.id} is connected to ${others.length} peers`, async () => {
    const peers = await peer.engine.peers({ connectedOnly: true });
    const ids = new Set(peers.map(({ id }) => id));
    return others.every(({ id }) => ids.has(id)) && peers;
  });
}

/** Wait until a peer listens to announcements of so many others. */
export async function waitForMesh(peer: TestPeer, count: number): Promise<void> {
  await eventually(
    `${peer.id} has ${count} topic peers`,
    async () => (await peer.engine.status({})).topicPeers >= count,
  );
}

/** Wait until a peer lists a version of a package as its latest. */
export async function waitForListing(peer: TestPeer, id: string, version: string): Promise<void> {
  await eventually(`${peer.id} lists ${id}@${version}`, async () => {
    const { packages } = await peer.engine.search({ text: '', scope: 'local', limit: 100 });
    return packages.some((summary) => summary.id === id && summary.latest === version);
  });
}
