import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WORKER_RESOURCE_LIMITS } from '../../src/rpc/worker-endpoint.ts';
import { WorkerPeer, until } from '../worker-peer.ts';
import type { ReceiverCommand } from './receiver-messages.ts';
import { Receiver } from './threads.ts';
import { writeProject } from './trees.ts';

export interface Published {
  readonly id: string;
  readonly root: string;
  readonly size: number;
  readonly milliseconds: number;
}

/** A publisher, an installing peer and a receiver, each in a thread of its own. */
export class ContentPeers {
  readonly folder: string;
  readonly publisher: WorkerPeer;
  readonly reader: WorkerPeer;
  readonly #receiver: Receiver;
  #count = 0;

  private constructor(folder: string, publisher: WorkerPeer, reader: WorkerPeer, receiver: Receiver) {
    this.folder = folder;
    this.publisher = publisher;
    this.reader = reader;
    this.#receiver = receiver;
  }

  static async start(): Promise<ContentPeers> {
    const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
    const publisher = await WorkerPeer.start([]);
    const reader = await WorkerPeer.start([publisher.address]);
    return new ContentPeers(folder, publisher, reader, await Receiver.start(WORKER_RESOURCE_LIMITS));
  }

  async stop(): Promise<void> {
    await this.#receiver.stop();
    await Promise.all([this.publisher.stop(), this.reader.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Publish a project of these files; the time is that of draft, signature and commit. */
  async publish(sizes: readonly number[]): Promise<Published> {
    const name = `bench-${this.#count++}`;
    const project = join(this.folder, name);
    await writeProject(project, name, sizes);
    const { engine, key } = this.publisher;
    const began = performance.now();
    const { id, draft, root, size, bytesToSign } = await engine.draftRelease({ root: project, publisher: key.id });
    await engine.publish({ draft, signature: key.sign(bytesToSign) });
    const milliseconds = performance.now() - began;
    await rm(project, { recursive: true });
    return { id, root, size, milliseconds };
  }

  /** Milliseconds that the installing peer takes. */
  async install(release: Published): Promise<number> {
    await this.knows(this.reader, release);
    const to = this.path();
    const began = performance.now();
    await this.reader.engine.install({ id: release.id, to });
    return performance.now() - began;
  }

  /** Milliseconds that the receiver takes to fetch all blocks into an empty store. */
  fetch({ root, size }: Published, addresses: readonly string[]): Promise<number> {
    return this.send({ type: 'fetch', addresses, root, size });
  }

  /** Milliseconds that the receiver takes. */
  async send(order: ReceiverCommand): Promise<number> {
    return (await this.#receiver.send(order)).durationMs;
  }

  async knows({ engine }: WorkerPeer, { id }: { readonly id: string }): Promise<void> {
    await until(`${id} is known, and who has it`, async () => {
      const { packages } = await engine.search({ text: '', scope: 'local', limit: 100 });
      return packages.some((one) => one.id === id && one.providers > 0);
    });
  }

  /** Of something that is not there yet. */
  path(): string {
    return join(this.folder, `to-${this.#count++}`);
  }
}
