import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { DIST, OUT } from '../scripts/lib/paths.ts';
import type { PublisherKey } from '../src/identity/publisher-key.ts';
import { createPublisherKey } from '../src/identity/publisher-key.ts';
import type { RemoteEngine } from '../src/rpc/client.ts';
import { connectEngine } from '../src/rpc/client.ts';
import { WORKER_RESOURCE_LIMITS, workerClosed, workerEndpoint, workerEnvironment } from '../src/rpc/worker-endpoint.ts';
import { DEFAULT_NODE_SETTINGS } from '../src/shared/settings/node-settings.ts';
import type { NodeSettings, NodeStatus } from '../src/shared/model.ts';

/** A peer as the extension runs it: the built worker in a thread of its own, with a folder of its own. */
export class WorkerPeer {
  readonly engine: RemoteEngine;
  readonly status: NodeStatus;
  readonly key: PublisherKey = createPublisherKey();
  readonly #settings: NodeSettings;
  readonly #closed: Promise<Error>;
  readonly #folder: string;

  private constructor(
    engine: RemoteEngine,
    settings: NodeSettings,
    status: NodeStatus,
    closed: Promise<Error>,
    folder: string,
  ) {
    this.engine = engine;
    this.#settings = settings;
    this.status = status;
    this.#closed = closed;
    this.#folder = folder;
  }

  /** @param paths the ways on which records travel, as `EngineOptions`; all when left out */
  static async start(bootstrap: readonly string[], paths?: readonly string[]): Promise<WorkerPeer> {
    const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
    const workerData = {
      dataDir: join(folder, 'data'),
      version: '0.0.0-bench',
      ...(paths === undefined ? {} : { paths }),
    };
    const worker = new Worker(join(DIST, 'worker.mjs'), {
      workerData,
      // As the extension does: what the first start compiled is kept for all later ones.
      env: workerEnvironment(join(OUT, 'compiled')),
      resourceLimits: WORKER_RESOURCE_LIMITS,
    });
    const closed = workerClosed(worker);
    const engine = await connectEngine(workerEndpoint(worker), { closed });
    const settings = { ...DEFAULT_NODE_SETTINGS, listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap };
    return new WorkerPeer(engine, settings, await engine.startNode(settings), closed, folder);
  }

  /** Send so many bytes per second from now on, to peers on this machine too. */
  async setLimits(uploadRate: number): Promise<void> {
    const transfers = { ...this.#settings.transfers, uploadRate, limitLocalNetwork: true };
    await this.engine.startNode({ ...this.#settings, transfers });
  }

  get address(): string {
    const [address] = this.status.addresses;
    if (address === undefined) throw new Error('The peer listens on no address.');
    return address;
  }

  /** Prepare and sign a release of a small package; what is left is to publish it. */
  async signedDraft(name: string): Promise<{ id: string; draft: string; signature: Uint8Array }> {
    const root = await mkdtemp(join(this.#folder, 'project-'));
    await writeFile(join(root, 'package.json'), JSON.stringify({ name, version: '1.0.0', license: 'MIT' }));
    await writeFile(join(root, 'README.md'), `# ${name}\n`);
    const { id, draft, bytesToSign } = await this.engine.draftRelease({ root, publisher: this.key.id });
    return { id, draft, signature: this.key.sign(bytesToSign) };
  }

  async stop(): Promise<void> {
    this.engine.shutdown();
    await this.#closed;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Wait for a condition, at most 30 s. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited in vain: ${what}.`);
    await delay(10);
  }
}
