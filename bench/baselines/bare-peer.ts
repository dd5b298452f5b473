import { EventEmitter, once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What the thread of a bare node is told. */
export type BareOrder =
  | { readonly type: 'dial'; readonly address: string }
  /** Wait until so many others listen on the topic. */
  | { readonly type: 'listeners'; readonly count: number }
  | { readonly type: 'publish'; readonly bytes: number }
  | { readonly type: 'ask'; readonly address: string; readonly bytes: number }
  | { readonly type: 'stop' };

/** What it says. */
export type BareReport =
  | { readonly said: 'ready'; readonly address: string }
  | { readonly said: 'heard' | 'done' }
  | { readonly said: 'failed'; readonly why: string };

/** About what a record of a small package has, and a question for one. */
const MESSAGE_BYTES = 1_024;
const ORDER_TIMEOUT_MS = 60_000;

/** A bare libp2p node in a thread of its own; see bare-node.ts. One order at a time. */
export class BarePeer {
  readonly address: string;
  readonly #worker: Worker;
  readonly #reports: EventEmitter<{ heard: []; answer: [BareReport] }>;

  private constructor(worker: Worker, reports: EventEmitter<{ heard: []; answer: [BareReport] }>, address: string) {
    this.#worker = worker;
    this.#reports = reports;
    this.address = address;
  }

  static async start(): Promise<BarePeer> {
    const worker = new Worker(new URL('./bare-thread.ts', import.meta.url));
    const [ready] = (await once(worker, 'message', { signal: AbortSignal.timeout(ORDER_TIMEOUT_MS) })) as [BareReport];
    if (ready.said !== 'ready') throw new Error('The bare node did not start.');
    const reports = new EventEmitter<{ heard: []; answer: [BareReport] }>();
    worker.on('message', (report: BareReport) => {
      if (report.said === 'heard') reports.emit('heard');
      else reports.emit('answer', report);
    });
    return new BarePeer(worker, reports, ready.address);
  }

  async dial(other: BarePeer): Promise<void> {
    await this.#send({ type: 'dial', address: other.address });
  }

  async listeners(count: number): Promise<void> {
    await this.#send({ type: 'listeners', count });
  }

  async publish(): Promise<void> {
    await this.#send({ type: 'publish', bytes: MESSAGE_BYTES });
  }

  /** Resolves with the next message of another peer. */
  async hears(): Promise<void> {
    await once(this.#reports, 'heard', { signal: AbortSignal.timeout(ORDER_TIMEOUT_MS) });
  }

  /** Milliseconds of one round trip over a new stream, from this thread and back to it, as a call of an engine goes. */
  async roundTrip(to: BarePeer): Promise<number> {
    const began = performance.now();
    await this.#send({ type: 'ask', address: to.address, bytes: MESSAGE_BYTES });
    return performance.now() - began;
  }

  async stop(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    await this.#send({ type: 'stop' });
    await ended;
  }

  async #send(order: BareOrder): Promise<void> {
    const answer = once(this.#reports, 'answer', { signal: AbortSignal.timeout(ORDER_TIMEOUT_MS) });
    this.#worker.postMessage(order);
    const [report] = (await answer) as [BareReport];
    if (report.said === 'failed') throw new Error(`A bare node failed: ${report.why}`);
  }
}

/** Two bare nodes, connected. */
export class BareLink {
  readonly #asker: BarePeer;
  readonly #asked: BarePeer;

  private constructor(asker: BarePeer, asked: BarePeer) {
    this.#asker = asker;
    this.#asked = asked;
  }

  static async start(): Promise<BareLink> {
    const [asker, asked] = await Promise.all([BarePeer.start(), BarePeer.start()]);
    await asker.dial(asked);
    const link = new BareLink(asker, asked);
    // What is compiled by the first ones does not count.
    for (let index = 0; index < WARM_UP; index++) await link.roundTrip();
    return link;
  }

  roundTrip(): Promise<number> {
    return this.#asker.roundTrip(this.#asked);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#asker.stop(), this.#asked.stop()]);
  }
}

const WARM_UP = 20;

/** One bare node, and others who hear what it publishes. */
export class BareGroup {
  readonly #publisher: BarePeer;
  readonly #others: readonly BarePeer[];

  private constructor(publisher: BarePeer, others: readonly BarePeer[]) {
    this.#publisher = publisher;
    this.#others = others;
  }

  static async start(others: number): Promise<BareGroup> {
    const group = new BareGroup(
      await BarePeer.start(),
      await Promise.all(Array.from({ length: others }, () => BarePeer.start())),
    );
    await group.#join();
    for (let index = 0; index < WARM_UP; index++) await group.publish();
    return group;
  }

  /** Milliseconds until all others have heard one message. */
  async publish(): Promise<number> {
    const heard = Promise.all(this.#others.map((other) => other.hears()));
    const began = performance.now();
    const published = this.#publisher.publish();
    await heard;
    const time = performance.now() - began;
    await published;
    return time;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#publisher, ...this.#others].map((peer) => peer.stop()));
  }

  /** As the peers with an engine are: all others know the publisher, and it knows that they listen. */
  async #join(): Promise<void> {
    for (const other of this.#others) await other.dial(this.#publisher);
    await this.#publisher.listeners(this.#others.length);
  }
}
