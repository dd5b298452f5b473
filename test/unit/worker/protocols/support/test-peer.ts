import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import type { PublisherKey } from '../../../../../src/identity/publisher-key.ts';
import type { Location } from '../../../../../src/shared/model.ts';
import { openCatalog } from '../../../../../src/worker/catalog/catalog.ts';
import type { Catalog } from '../../../../../src/worker/catalog/catalog.ts';
import { Ingest } from '../../../../../src/worker/ingest/ingest.ts';
import { ALL_RECORD_PROTOCOLS } from '../../../../../src/worker/protocols/shared/record-protocols.ts';
import { PeerClocks } from '../../../../../src/worker/node/peer-clocks.ts';
import type { RecordProtocol } from '../../../../../src/worker/protocols/shared/record-protocols.ts';
import { Frames } from '../../../../../src/worker/protocols/wire/frames.ts';
import type { OpenedRecord } from '../../../../../src/worker/records/record.ts';
import { PeerReputation } from '../../../../../src/worker/reputation/peer-reputation.ts';
import { Metrics } from '../../../../../src/worker/telemetry/metrics.ts';
import { NO_SPAN } from '../../../../../src/worker/telemetry/span.ts';
import type { Tracing } from '../../../../../src/worker/telemetry/telemetry.ts';
import { signedRecord, withFolder } from '../../catalog/support.ts';
import type { RecordSample } from '../../catalog/support.ts';
import type { FakeNetwork, FakeNode } from './fake-network.ts';
import type { MemoryStream } from './memory-stream.ts';

const noGauge = (): [] => [];

/** Lines that were logged, by level. */
export class LogLines {
  readonly lines: string[] = [];
  readonly error = (message: string): void => void this.lines.push(`error ${message}`);
  readonly warn = (message: string): void => void this.lines.push(`warn ${message}`);
  readonly info = (message: string): void => void this.lines.push(`info ${message}`);
  readonly debug = (message: string): void => void this.lines.push(`debug ${message}`);
}

/** Tracing that counts, and records no span. */
export function testTracing(): Tracing {
  return {
    span: (_name, _attributes, work) => work(NO_SPAN),
    event: (_type, _attributes, work) => work(NO_SPAN),
    metrics: new Metrics({
      p2p_connected_peers: noGauge,
      p2p_known_packages: noGauge,
      p2p_peer_reputation: noGauge,
      p2p_cache_size_bytes: noGauge,
    }),
  };
}

/** One peer with a real catalog, ingest and reputation, on a fake node: what the protocols are composed of. */
export class TestPeer {
  readonly node: FakeNode;
  readonly catalog: Catalog;
  readonly peerReputation: PeerReputation;
  readonly peerClocks = new PeerClocks();
  readonly log = new LogLines();
  readonly telemetry = testTracing();
  readonly key: PublisherKey = createPublisherKey();
  /** Ids of packages in the order in which they were stored. */
  readonly changed: string[] = [];
  /** Called at each stored record. */
  onStored: () => void = () => undefined;
  location: Location | undefined;
  readonly enabledProtocols = new Set<RecordProtocol>(ALL_RECORD_PROTOCOLS);
  readonly sink: Ingest;
  readonly #stopped = new AbortController();

  constructor(node: FakeNode, catalog: Catalog) {
    this.node = node;
    this.catalog = catalog;
    this.peerReputation = new PeerReputation({ peers: catalog.peers, standings: catalog.standings });
    this.sink = new Ingest({
      catalog,
      log: this.log,
      onChange: (id) => {
        this.changed.push(id);
        this.onStored();
      },
    });
  }

  get id(): string {
    return this.node.id;
  }

  get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  readonly ownLocation = (): Location | undefined => this.location;

  /** Stores a package as if this node had published it. */
  publish(name: string, sample: RecordSample = {}): OpenedRecord {
    const opened = signedRecord(this.key, name, sample);
    this.sink.store(opened, true);
    return opened;
  }

  /** Names of the packages of other publishers that this peer knows, in order. */
  known(): string[] {
    return this.catalog.packages
      .list('network', 0, 1_000)
      .packages.map(({ name }) => name)
      .sort();
  }

  /** Verified and failed answers of another peer. */
  countsOf(peer: string): { successes: number; failures: number } {
    const { successes, failures } = this.peerReputation.stats(peer);
    return { successes, failures };
  }

  stop(): void {
    this.#stopped.abort(new Error('The node stops'));
  }

  close(): void {
    this.stop();
    this.sink.close();
    this.catalog.close();
  }
}

/** Runs a test with peers that are closed afterwards; each is connected to the first. */
export async function withPeers(
  network: FakeNetwork,
  count: number,
  work: (...peers: [TestPeer, TestPeer, ...TestPeer[]]) => Promise<void>,
): Promise<void> {
  const nodes = await network.star(count);
  const run = async (peers: TestPeer[]): Promise<void> => {
    const node = nodes[peers.length];
    const [first, second, ...rest] = peers;
    if (node !== undefined) {
      await withFolder(async (folder) => {
        const peer = new TestPeer(node, await openCatalog(folder));
        try {
          await run([...peers, peer]);
        } finally {
          peer.close();
        }
      });
    } else if (first !== undefined && second !== undefined) {
      await work(first, second, ...rest);
    }
  };
  await run([]);
}

/** Answers a protocol with a script. Errors of a stream are ignored, because they are what the tests provoke. */
export async function serveScript(
  node: FakeNode,
  protocol: string,
  script: (frames: Frames, stream: MemoryStream) => Promise<void>,
): Promise<void> {
  await node.libp2p.handle(protocol, async (stream) => {
    await script(new Frames(stream, 1024 * 1024), stream).catch(() => undefined);
  });
}

/** Waits until a condition holds, checked in each turn of the event loop. */
export async function until(condition: () => boolean, turns = 20_000): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('The condition did not become true');
}
