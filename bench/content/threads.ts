import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ResourceLimits } from 'node:worker_threads';
import type { ReceiverResult, ReceiverCommand } from './receiver-messages.ts';

/**
 * A node in a thread of its own that only sends bytes.
 *
 * @param heap Node's own limits when left out
 */
export async function startRawSender(
  heap: ResourceLimits = {},
): Promise<{ readonly address: string; stop(): Promise<void> }> {
  return startSender('./raw-thread.ts', heap);
}

/** An HTTP server in a thread of its own. */
export async function startHttpSender(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const sender = await startSender('./http-thread.ts');
  return { url: sender.address, stop: () => sender.stop() };
}

async function startSender(
  file: string,
  resourceLimits: ResourceLimits = {},
): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const worker = new Worker(new URL(file, import.meta.url), { resourceLimits });
  const [address] = (await once(worker, 'message')) as [string];
  return {
    address,
    stop: async () => {
      const ended = once(worker, 'exit');
      worker.postMessage('stop');
      await ended;
    },
  };
}

/** A receiver in a thread of its own. */
export class Receiver {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** @param heap Node's own limits when left out */
  static async start(heap: ResourceLimits = {}): Promise<Receiver> {
    const worker = new Worker(new URL('./receiver-thread.ts', import.meta.url), { resourceLimits: heap });
    await once(worker, 'message');
    return new Receiver(worker);
  }

  async send(command: ReceiverCommand): Promise<ReceiverResult> {
    const answer = once(this.#worker, 'message');
    this.#worker.postMessage(command);
    const [result] = (await answer) as [ReceiverResult];
    if (result.error !== undefined) throw new Error(result.error);
    return result;
  }

  async stop(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    await this.send({ type: 'stop' });
    await ended;
  }
}
