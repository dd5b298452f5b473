import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@libp2p/memory';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/settings/node-settings.ts';
import type { SearchResults } from '../../src/shared/model.ts';
import { createEngine } from '../../src/worker/engine/engine.ts';
import type { LocalEngine } from '../../src/worker/engine/engine.ts';
import type { RecordProtocol } from '../../src/worker/protocols/shared/record-protocols.ts';
import type { RoutingTableSize } from '../../src/worker/node/libp2p-options.ts';
import { TestNetwork, eventually } from '../net/helpers/peers.ts';

/** Without announce and sync, so that only the provider knows the package. */
const PATHS: readonly RecordProtocol[] = ['head', 'keywords', 'search'];
/** All share one thread: more at once would only keep each other waiting, until handshakes time out. */
const JOIN_CONCURRENCY = 5;
/** Mostly waiting, for connections to end. */
const CLOSE_CONCURRENCY = 25;
/** Nodes that a new one is told of. */
const BOOTSTRAP_PEERS = 2;
/** For whatever hundreds of nodes on a few processors need to settle. */
const STEP_TIMEOUT_MS = 300_000;
/** Searches by nodes that are far from the provider, before another provider is chosen. */
const SEARCHERS = 3;
/** A user who finds nothing presses Enter again, but not for ever. */
const MAX_ATTEMPTS = 3;

interface SimulatedNode {
  readonly engine: LocalEngine;
  readonly id: string;
  readonly address: string;
}

/** A package in the simulated network. */
interface Published {
  readonly id: string;
  readonly word: string;
  readonly provider: SimulatedNode;
}

/**
 * Suite: whole nodes in one process on a memory transport, and keyword searches for packages whose provider is unknown to the peers that are asked.
 * Bounds are far above what it takes on a machine that has nothing else to do.
 *
 * @param rounds how many packages are to be found, each of another provider
 */
export function simulate(nodes: number, rounds: number): void {
  describe(`a simulated network of ${nodes} complete nodes`, () => {
    const members: SimulatedNode[] = [];
    const projects = new TestNetwork();
    const routingTable = tableFor(nodes);
    let folder: string;

    before(async function () {
      // On two cores; most of it is handshakes, which a memory transport does not spare.
      this.timeout(1_800_000);
      folder = await mkdtemp(join(tmpdir(), 'ggen-sim-'));
      const began = performance.now();
      await joinNetwork();
      while (members.length < nodes) {
        await Promise.all(
          Array.from({ length: Math.min(JOIN_CONCURRENCY, nodes - members.length) }, () => joinNetwork()),
        );
      }
      const seconds = (performance.now() - began) / 1000;
      console.log(`      ${nodes} nodes in ${seconds.toFixed(0)} s, ${megabytes()} MB resident`);
    });

    after(async function () {
      this.timeout(600_000);
      while (members.length > 0) {
        await Promise.all(members.splice(0, CLOSE_CONCURRENCY).map(({ engine }) => engine.close()));
      }
      await projects.close();
      await rm(folder, { recursive: true, force: true });
    });

    let joined = 0;

    /** One more node, which knows a few random ones that came before it. */
    async function joinNetwork(): Promise<SimulatedNode> {
      const index = joined++;
      const bootstrap = someAddresses();
      const engine = await createEngine({
        dataDir: join(folder, String(index)),
        version: '0.0.0-sim',
        enabledProtocols: PATHS,
        transports: [memory()],
        routingTable,
      });
      const { addresses, peerId } = await engine.startNode({
        ...DEFAULT_NODE_SETTINGS,
        listen: [`/memory/sim-${index}`],
        bootstrap,
      });
      const member = { engine, id: peerId!, address: addresses[0]! };
      if (bootstrap.length > 0) {
        await eventually(
          `node ${index} has joined`,
          async () => (await engine.status({})).routingTableSize > 0,
          STEP_TIMEOUT_MS,
        );
      }
      members.push(member);
      return member;
    }

    function someAddresses(): string[] {
      const count = Math.min(BOOTSTRAP_PEERS, members.length);
      return [
        ...new Set(Array.from({ length: count }, () => members[Math.floor(Math.random() * members.length)]!.address)),
      ];
    }

    for (let round = 1; round <= rounds; round++) {
      it(`finds by keyword a package whose provider is unknown to every queried peer (${round} of ${rounds})`, async () => {
        await eventually(
          'a search queries only peers that do not know the provider',
          async () => searchFromDistantPeer(await publishByNewcomer()),
          STEP_TIMEOUT_MS,
        );
        assert.deepEqual((await members[0]!.engine.search({ text: 'no-such-thing' })).packages, []);
      }).timeout(1_200_000);
    }

    /** A package of a node that has just joined, about which the DHT has been told. */
    async function publishByNewcomer(): Promise<Published> {
      // Unlike every other, also to a search that forgives errors.
      const word = `teapot${randomBytes(6).toString('hex')}`;
      const provider = await joinNetwork();
      const key = createPublisherKey();
      const root = await projects.project(word, '1.0.0', { 'README.md': `# ${word}\n` });
      const draft = await provider.engine.draftRelease({ root, publisher: key.id });
      await provider.engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign) });
      await eventually(
        'the provider announced to the DHT',
        async () => {
          const { tasks } = await provider.engine.status({});
          return /^([1-9]\d*) of \1 announced/.test(tasks.find(({ name }) => name === 'reprovide')?.detail ?? '');
        },
        STEP_TIMEOUT_MS,
      );
      return { id: `${key.id}/${word}`, word, provider };
    }

    /**
     * Search from nodes that were never connected to the provider. All must find it.
     *
     * @returns whether one of them got it from the provider, and asked no other node that was ever connected to it or knows the
     *   package
     */
    async function searchFromDistantPeer(published: Published): Promise<boolean> {
      for (let count = 0; count < SEARCHERS; count++) {
        const informed = await findInformedPeers(published);
        const [searcher] = await findDistantPeers(informed);
        if (searcher === undefined) return false;
        const began = performance.now();
        const { peers = [] } = await searchWithRetries(searcher, published);
        const elapsed = performance.now() - began;
        const others = peers.filter(({ id }) => id !== published.provider.id);
        // It may have come from a node that searched before, or from the provider after an attempt had ended.
        const cameFromProvider = peers.some(({ id, records }) => id === published.provider.id && records > 0);
        if (!cameFromProvider || others.some(({ id }) => informed.has(id))) continue;
        assert.ok(others.every(({ records }) => records === 0));
        console.log(
          `      found in ${elapsed.toFixed(0)} ms; ${informed.size} of ${members.length} nodes met the provider, ` +
            `none of them among the ${others.length} others asked; ${megabytes()} MB`,
        );
        return true;
      }
      return false;
    }

    async function searchWithRetries(searcher: SimulatedNode, { id, word }: Published): Promise<SearchResults> {
      for (let attempt = 1; ; attempt++) {
        const results = await searcher.engine.search({ text: word });
        if (results.packages.length === 0 && attempt < MAX_ATTEMPTS) continue;
        assert.deepEqual(
          results.packages.map((found) => found.id),
          [id],
          `found by ${searcher.id} in ${attempt} attempts`,
        );
        return results;
      }
    }

    /** Ids of the nodes that were ever connected to the provider, or that know the package. */
    async function findInformedPeers({ word, provider }: Published): Promise<ReadonlySet<string>> {
      const informed = new Set([provider.id]);
      for (const { engine, id } of members) {
        const hasMet = (await engine.peers({})).some((peer) => peer.id === provider.id);
        const { packages } = await engine.search({ text: word, scope: 'local' });
        if (hasMet || packages.length > 0) informed.add(id);
      }
      return informed;
    }

    /** Nodes that are not among these, those first that will probably ask the fewest of these: the best reputed of their peers. */
    async function findDistantPeers(informed: ReadonlySet<string>): Promise<readonly SimulatedNode[]> {
      const others = members.filter(({ id }) => !informed.has(id));
      const ranked = await Promise.all(
        others.map(async (member) => {
          const peers = await member.engine.peers({ connectedOnly: true });
          const likelyTargets = [...peers]
            .sort((a, b) => b.reputation - a.reputation)
            .slice(0, DEFAULT_NODE_SETTINGS.fanOut);
          return { member, near: likelyTargets.filter(({ id }) => informed.has(id)).length };
        }),
      );
      return ranked.sort((a, b) => a.near - b.near).map(({ member }) => member);
    }
  });
}

/** A small part of the network: in a table of the usual size each node would know all others, which would prove nothing. */
function tableFor(nodes: number): RoutingTableSize {
  return nodes < 100 ? { kBucketSize: 4, prefixLength: 0 } : { kBucketSize: 8, prefixLength: 1 };
}

function megabytes(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
