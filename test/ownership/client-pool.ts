import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallName, Calls } from '../../src/shared/api/index.ts';
import type { EngineStatus, NodeSettings, NodeStatus, PublishReceipt } from '../../src/shared/model.ts';
import type { ClientMessage, ClientRequest } from './messages.ts';

const SCRIPT = fileURLToPath(new URL('client-process.ts', import.meta.url));

/** A request without its number, which the client assigns. */
type Body = ClientRequest extends infer Request ? (Request extends unknown ? Omit<Request, 'id'> : never) : never;

/** A process of its own with a shared engine on a data folder. */
export class ClientProcess {
  readonly process: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  readonly #opened = Promise.withResolvers<string>();
  /** States of the node that this client received, in order. */
  readonly states: string[] = [];
  readonly packages: { version: number; published: number }[] = [];
  #last = 0;

  constructor(dataDir: string, timeoutMs: number) {
    this.process = fork(SCRIPT, [dataDir, String(timeoutMs)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.process.on('message', (message: ClientMessage) => {
      this.#receive(message);
    });
    this.process.once('exit', () => {
      this.#opened.reject(new Error('The client ended before it was open.'));
      for (const { reject } of this.#waiting.values()) reject(new Error('The client ended.'));
    });
    this.#opened.promise.catch(() => undefined);
  }

  /** Publisher id of this client. @throws Error with the name of the error with which the engine failed to open */
  opened(): Promise<string> {
    return this.#opened.promise;
  }

  async call<Name extends CallName>(name: Name, request: Calls[Name]['request']): Promise<Calls[Name]['response']> {
    return (await this.#sendRequest({ type: 'call', name, request })) as Calls[Name]['response'];
  }

  async start(settings: Partial<NodeSettings> = {}): Promise<NodeStatus> {
    return (await this.#sendRequest({ type: 'start', settings })) as NodeStatus;
  }

  async publish(root: string): Promise<PublishReceipt> {
    return (await this.#sendRequest({ type: 'publish', root })) as PublishReceipt;
  }

  status(): Promise<EngineStatus> {
    return this.call('status', {});
  }

  /** Close the engine and exit, like a window that is closed. */
  async close(): Promise<void> {
    const exited = this.#exited();
    await this.#sendRequest({ type: 'close' });
    await exited;
  }

  /** Kill the process. */
  async kill(): Promise<void> {
    const exited = this.#exited();
    this.process.kill('SIGKILL');
    await exited;
  }

  async #exited(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
  }

  #sendRequest(body: Body): Promise<unknown> {
    const id = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    this.process.send({ ...body, id }, (error) => {
      if (error !== null) reject(error);
    });
    return promise;
  }

  #receive(message: ClientMessage): void {
    switch (message.kind) {
      case 'open':
        this.#opened.resolve(message.publisher);
        break;
      case 'refused':
      case 'failed':
        this.#opened.reject(Object.assign(new Error(message.message), { name: message.name }));
        break;
      case 'node':
        this.states.push(message.state);
        break;
      case 'packages':
        this.packages.push(message);
        break;
      case 'done':
        this.#waiting.get(message.id)?.resolve(message.value);
        break;
      case 'error':
        this.#waiting.get(message.id)?.reject(Object.assign(new Error(message.message), { name: message.name }));
        break;
    }
  }
}

/** Clients on one data folder. They end with the test, also when it failed. */
export class ClientPool {
  readonly #clients: ClientProcess[] = [];
  readonly #folders: string[] = [];

  /** A data folder at this path below a new temporary folder. */
  async folder(...below: readonly string[]): Promise<string> {
    const root = await mkdtemp(join(tmpdir(), 'ggen-host-'));
    this.#folders.push(root);
    const path = join(root, ...below);
    await mkdir(path, { recursive: true });
    return path;
  }

  /** Start a client and wait until its engine is open. @throws Error with the name of the error with which that failed */
  async open(dataDir: string, timeoutMs = 120_000): Promise<ClientProcess> {
    const client = this.spawn(dataDir, timeoutMs);
    await client.opened();
    return client;
  }

  spawn(dataDir: string, timeoutMs = 120_000): ClientProcess {
    const client = new ClientProcess(dataDir, timeoutMs);
    this.#clients.push(client);
    return client;
  }

  /** Make a project to publish. */
  async project(name: string, version = '1.0.0'): Promise<string> {
    const root = await this.folder();
    await writeFile(
      join(root, 'gpack.toml'),
      `[gpack]\nid = "${name}"\nname = "${name}"\nversion = "${version}"\ndescription = "The ${name}"\nlicense = "MIT"\nggen_compat = ">=1"\n`,
    );
    await writeFile(join(root, 'README.md'), `# ${name}\n`);
    return root;
  }

  async end(): Promise<void> {
    await Promise.all(
      this.#clients.splice(0).map((client) => {
        client.process.kill('SIGCONT');
        return client.kill();
      }),
    );
    for (const folder of this.#folders.splice(0)) await rm(folder, { recursive: true, force: true });
  }
}
