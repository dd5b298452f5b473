import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@libp2p/memory';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/defaults.ts';
import { createEngine } from '../../src/worker/engine.ts';
import type { EngineHost } from '../../src/worker/engine.ts';
import type { Path } from '../../src/worker/network/context.ts';
import { TestNetwork, eventually } from '../net/helpers/peers.ts';

/** Whole nodes, without sockets. Fewer can be asked for where time is short. */
const NODES = Number(process.env['GGEN_SIM_NODES'] ?? 200);
/** Without announce and sync, so that nobody knows of the package but its holder. */
const PATHS: readonly Path[] = ['head', 'keywords', 'search'];
const JOINED_AT_ONCE = 10;

describe(`a simulated network of ${NODES} whole nodes`, () => {
  const engines: EngineHost[] = [];
  const addresses: string[] = [];
  const projects = new TestNetwork();
  let folder: string;

  before(async function () {
    // On two cores; most of it is handshakes, which a memory transport does not spare.
    this.timeout(900_000);
    folder = await mkdtemp(join(tmpdir(), 'ggen-sim-'));
    const began = performance.now();
    await join_(0);
    for (let first = 1; first < NODES; first += JOINED_AT_ONCE) {
      const indices = Array.from({ length: Math.min(JOINED_AT_ONCE, NODES - first) }, (_, offset) => first + offset);
      await Promise.all(indices.map((index) => join_(index)));
    }
    const seconds = (performance.now() - began) / 1000;
    console.log(`      ${NODES} nodes in ${seconds.toFixed(0)} s, ${megabytes()} MB resident`);
  });

  after(async function () {
    this.timeout(120_000);
    for (let first = 0; first < engines.length; first += JOINED_AT_ONCE) {
      await Promise.all(engines.slice(first, first + JOINED_AT_ONCE).map((engine) => engine.close()));
    }
    await projects.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A node that knows one random node that came before it. */
  async function join_(index: number): Promise<void> {
    const engine = await createEngine({
      dataDir: join(folder, String(index)),
      version: '0.0.0-sim',
      paths: PATHS,
      transports: [memory()],
    });
    engines.push(engine);
    const known = addresses[Math.floor(Math.random() * addresses.length)];
    const { addresses: own } = await engine.startNode({
      ...DEFAULT_NODE_SETTINGS,
      listen: [`/memory/sim-${index}`],
      bootstrap: known === undefined ? [] : [known],
    });
    if (known !== undefined) {
      const enough = Math.min(2, addresses.length);
      await eventually(
        `node ${index} has joined`,
        async () => {
          const { connectedPeers, routingTableSize } = await engine.status({});
          return connectedPeers >= enough && routingTableSize >= enough;
        },
        60_000,
      );
    }
    addresses.push(own[0]!);
  }

  it('finds by its words a package whose holder nobody asked knows', async () => {
    const holder = engines.at(-1)!;
    const key = createPublisherKey();
    const root = await projects.project('quantum-teapot', '1.0.0', { 'README.md': '# Teapot\n' });
    const draft = await holder.draftRelease({ root, publisher: key.id });
    await holder.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign) });
    await eventually(
      'the holder told the DHT',
      async () => {
        const { tasks } = await holder.status({});
        return /^([1-9]\d*) of \1 /.test(tasks.find(({ name }) => name === 'provide')?.detail ?? '');
      },
      120_000,
    );
    const holderId = (await holder.status({})).node.peerId;
    const searcher = await strangerTo(holderId ?? '');
    const began = performance.now();
    const { packages, peersAsked } = await searcher.search({ text: 'teapot' });
    console.log(
      `      found in ${(performance.now() - began).toFixed(0)} ms, ${peersAsked} peers asked, ${megabytes()} MB`,
    );
    assert.deepEqual(
      packages.map(({ id }) => id),
      [`${key.id}/quantum-teapot`],
    );
    assert.deepEqual((await searcher.search({ text: 'no-such-thing' })).packages, []);
  }).timeout(240_000);

  /** A node that is not connected to the holder, nor is anybody whom it is connected to. */
  async function strangerTo(holder: string): Promise<EngineHost> {
    const neighbours = new Map<string, Set<string>>();
    for (const engine of engines) {
      const id = (await engine.status({})).node.peerId ?? '';
      neighbours.set(id, new Set((await engine.peers({ connectedOnly: true })).map((peer) => peer.id)));
    }
    for (const engine of engines) {
      const id = (await engine.status({})).node.peerId ?? '';
      const near = [...(neighbours.get(id) ?? [])];
      const knows = id === holder || near.includes(holder);
      if (!knows && near.every((peer) => neighbours.get(peer)?.has(holder) !== true)) return engine;
    }
    // In a dense network everybody is two steps away; then one that is not connected to the holder itself has to do.
    for (const engine of engines) {
      const id = (await engine.status({})).node.peerId ?? '';
      if (id !== holder && neighbours.get(id)?.has(holder) !== true) return engine;
    }
    throw new Error('Everybody is connected to the holder');
  }
});

function megabytes(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
