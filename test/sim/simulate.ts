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

/** Without announce and sync, so that nobody knows of the package but its holder. */
const PATHS: readonly Path[] = ['head', 'keywords', 'search'];
const JOINED_AT_ONCE = 5;
/** Nodes that a new one is told of. */
const KNOWN = 2;
/** Small tables: with the usual 20 everybody would be connected to everybody's neighbours, and nothing be proven. */
const BUCKET = 6;
/** For whatever hundreds of nodes on a few processors need to settle. */
const STEP_BOUND_MS = 300_000;
/** Nodes that try to join without meeting somebody who met the holder. */
const NEWCOMERS = 10;

/**
 * Suite: whole nodes in one process on a memory transport, and a keyword search for a package whose holder nobody asked knows.
 * Bounds are far above what it takes on a machine that has nothing else to do.
 */
export function simulate(nodes: number): void {
  describe(`a simulated network of ${nodes} whole nodes`, () => {
    const engines: EngineHost[] = [];
    const addresses: string[] = [];
    const projects = new TestNetwork();
    let folder: string;

    before(async function () {
      // On two cores; most of it is handshakes, which a memory transport does not spare.
      this.timeout(1_800_000);
      folder = await mkdtemp(join(tmpdir(), 'ggen-sim-'));
      const began = performance.now();
      await join_(0);
      for (let first = 1; first < nodes; first += JOINED_AT_ONCE) {
        const indices = Array.from({ length: Math.min(JOINED_AT_ONCE, nodes - first) }, (_, offset) => first + offset);
        await Promise.all(indices.map((index) => join_(index)));
      }
      const seconds = (performance.now() - began) / 1000;
      console.log(`      ${nodes} nodes in ${seconds.toFixed(0)} s, ${megabytes()} MB resident`);
    });

    after(async function () {
      this.timeout(600_000);
      for (let first = 0; first < engines.length; first += JOINED_AT_ONCE) {
        await Promise.all(engines.slice(first, first + JOINED_AT_ONCE).map((engine) => engine.close()));
      }
      await projects.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** A node that knows these, or a few random nodes that came before it. */
    async function join_(index: number, bootstrap = someAddresses()): Promise<EngineHost> {
      const engine = await createEngine({
        dataDir: join(folder, String(index)),
        version: '0.0.0-sim',
        paths: PATHS,
        transports: [memory()],
        kBucketSize: BUCKET,
      });
      engines.push(engine);
      const { addresses: own } = await engine.startNode({
        ...DEFAULT_NODE_SETTINGS,
        listen: [`/memory/sim-${index}`],
        bootstrap,
      });
      if (bootstrap.length > 0) {
        await eventually(
          `node ${index} has joined`,
          async () => {
            const { connectedPeers, routingTableSize } = await engine.status({});
            return connectedPeers > 0 && routingTableSize > 0;
          },
          STEP_BOUND_MS,
        );
      }
      addresses.push(own[0]!);
      return engine;
    }

    function someAddresses(): string[] {
      const count = Math.min(KNOWN, addresses.length);
      return [
        ...new Set(Array.from({ length: count }, () => addresses[Math.floor(Math.random() * addresses.length)]!)),
      ];
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
        STEP_BOUND_MS,
      );
      const holderId = (await holder.status({})).node.peerId;
      const searcher = await strangerTo(holderId ?? '', 'quantum-teapot');
      const began = performance.now();
      // Who has just joined may not reach the right corner of the DHT at once; a user would press Enter again.
      const { packages, peersAsked } = await eventually(
        'the package is found',
        async () => {
          const results = await searcher.search({ text: 'teapot' });
          return results.packages.length > 0 && results;
        },
        STEP_BOUND_MS,
      );
      console.log(
        `      found in ${(performance.now() - began).toFixed(0)} ms, ${peersAsked} peers asked, ${megabytes()} MB`,
      );
      assert.deepEqual(
        packages.map(({ id }) => id),
        [`${key.id}/quantum-teapot`],
      );
      assert.deepEqual((await searcher.search({ text: 'no-such-thing' })).packages, []);
    }).timeout(1_200_000);

    /** A node that has just joined, and is connected to nobody who ever met the holder or who knows of the package. */
    async function strangerTo(holder: string, name: string): Promise<EngineHost> {
      const informed = new Set<string>();
      const uninformed: string[] = [];
      for (const engine of engines) {
        const { peerId = '', addresses: own } = (await engine.status({})).node;
        const hasMet = peerId === holder || (await engine.peers({})).some((peer) => peer.id === holder);
        const { packages } = await engine.search({ text: name, scope: 'local' });
        if (hasMet || packages.length > 0) informed.add(peerId);
        else uninformed.push(own[0]!);
      }
      for (const address of uninformed.slice(0, NEWCOMERS)) {
        const engine = await join_(engines.length, [address]);
        const near = (await engine.peers({})).map(({ id }) => id);
        if (near.some((peer) => informed.has(peer))) continue;
        console.log(
          `      ${informed.size} nodes met the holder, none of them among the searcher's ${near.length} peers`,
        );
        return engine;
      }
      throw new Error(`Whoever joins is at once connected to one of the ${informed.size} nodes that met the holder`);
    }
  });
}

function megabytes(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
