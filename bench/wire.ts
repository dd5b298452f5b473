import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WORKER_RESOURCE_LIMITS } from '../src/rpc/worker-endpoint.ts';
import { countingProxy } from '../test/net/helpers/counting-proxy.ts';
import type { CountingProxy } from '../test/net/helpers/counting-proxy.ts';
import { Receiver } from './content/threads.ts';
import type { Figure, Round } from './figure.ts';
import { WorkerPeer, until } from './worker-peer.ts';
import { changedTree, largeText, mixedTree, textTree, writeTree } from './wire/trees.ts';
import type { Tree } from './wire/trees.ts';

const ROUNDS = 3;
const MIB = 1024 * 1024;
const LARGE_BYTES = 64 * MIB;
const ROUNDS_OF_LARGE = 11;

/** What crosses a connection, both ways and with everything that libp2p adds, when a release is installed and updated. */
export async function measureWire(): Promise<readonly Figure[]> {
  await using bench = await WireBench.start();
  const text: Round[] = [];
  const mixed: Round[] = [];
  const update: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    text.push(await bench.firstInstall(`text-${round}`, textTree(`text ${round}`)));
    const tree = mixedTree(`mixed ${round}`);
    const first = await bench.firstInstall(`mixed-${round}`, tree);
    mixed.push(first);
    update.push({
      value: await bench.update(`mixed-${round}`, changedTree(tree, `changed ${round}`)),
      baseline: first.value,
    });
  }
  const noise = await bench.largeFile('noise', randomBytes(LARGE_BYTES));
  const large = await bench.largeFile('text', largeText('large', LARGE_BYTES));
  // All ratios were asked for.
  return [
    figure('First install of 200 files of text, on the wire', text, 'their .tar.gz', 1.15),
    figure('First install of 1,000 mixed files, on the wire', mixed, 'their .tar.gz', 1.15),
    { ...figure('Update of 5 % of these files, on the wire', update, 'the first install', 0.2), ownBaseline: true },
    largeFigure('Fetch of a 64 MB file that does not compress', noise),
    largeFigure('Fetch of a 64 MB text file on a fast link', large),
  ];
}

function figure(title: string, rounds: readonly Round[], baseline: string, maxRatio: number): Figure {
  return { title, unit: 'MB', rounds, baseline, maxRatio };
}

function largeFigure(title: string, rounds: readonly Round[]): Figure {
  return { title, unit: 'ms', rounds, baseline: 'the same without compression', ownBaseline: true, maxRatio: 1.05 };
}

class WireBench implements AsyncDisposable {
  readonly #folder: string;
  readonly #publisher: WorkerPeer;
  readonly #reader: WorkerPeer;
  readonly #proxy: CountingProxy;
  #count = 0;

  private constructor(folder: string, publisher: WorkerPeer, reader: WorkerPeer, proxy: CountingProxy) {
    this.#folder = folder;
    this.#publisher = publisher;
    this.#reader = reader;
    this.#proxy = proxy;
  }

  static async start(): Promise<WireBench> {
    const publisher = await WorkerPeer.start([]);
    const proxy = await countingProxy(publisher.address);
    const reader = await WorkerPeer.start([proxy.address]);
    return new WireBench(await mkdtemp(join(tmpdir(), 'ggen-bench-')), publisher, reader, proxy);
  }

  async firstInstall(name: string, tree: Tree): Promise<Round> {
    const project = await this.#write(name, '1.0.0', tree);
    const value = await this.#install(name, '1.0.0', project);
    return { value, baseline: await archiveMegabytes(project, join(this.#folder, `${name}.tar.gz`)) };
  }

  async update(name: string, tree: Tree): Promise<number> {
    return this.#install(name, '1.1.0', await this.#write(name, '1.1.0', tree));
  }

  /** Milliseconds to fetch one file with compression offered, beside those without; one of them first, then the other. */
  async largeFile(name: string, bytes: Uint8Array): Promise<Round[]> {
    const receiver = await Receiver.start(WORKER_RESOURCE_LIMITS);
    try {
      const { root, size } = await this.#publish(await this.#write(name, '1.0.0', new Map([['large.bin', bytes]])));
      const addresses = [this.#publisher.address];
      const fetch = async (plain: boolean): Promise<number> =>
        (await receiver.send({ type: 'fetch', addresses, root, size, plain })).durationMs;
      const rounds: Round[] = [];
      for (let round = 0; round <= ROUNDS_OF_LARGE; round++) {
        const isPlainFirst = round % 2 === 0;
        const first = await fetch(isPlainFirst);
        const second = await fetch(!isPlainFirst);
        // In the first round code is compiled: it does not count.
        if (round > 0)
          rounds.push(isPlainFirst ? { value: second, baseline: first } : { value: first, baseline: second });
      }
      return rounds;
    } finally {
      await receiver.stop();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#publisher.stop(), this.#reader.stop()]);
    await this.#proxy.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #write(name: string, version: string, tree: Tree): Promise<string> {
    const project = join(this.#folder, `project-${this.#count++}`);
    await writeTree(project, name, version, tree);
    return project;
  }

  async #publish(root: string): Promise<{ readonly id: string; readonly root: string; readonly size: number }> {
    const { engine, key } = this.#publisher;
    const drafted = await engine.draftRelease({ root, publisher: key.id });
    await engine.publish({ draft: drafted.draft, signature: key.sign(drafted.bytesToSign) });
    return drafted;
  }

  /** Megabytes that crossed the connection while the release was planned and installed into the project of its name. */
  async #install(name: string, version: string, root: string): Promise<number> {
    const { id } = await this.#publish(root);
    await until(`${name}@${version} is known, and who has it`, async () => {
      const { packages } = await this.#reader.engine.search({ text: '', scope: 'local', limit: 100 });
      return packages.some((one) => one.id === id && one.latest === version && one.providers > 0);
    });
    const before = this.#proxy.received() + this.#proxy.sent();
    const project = join(this.#folder, `installed-${name}`);
    const { plan } = await this.#reader.engine.planInstall({ project, mode: 'add', packages: [`${id}@${version}`] });
    await this.#reader.engine.applyPlan({ plan });
    return (this.#proxy.received() + this.#proxy.sent() - before) / 1e6;
  }
}

/** Size of a folder's .tar.gz, as `npm pack` and others write it: gzip's best. */
async function archiveMegabytes(folder: string, to: string): Promise<number> {
  const run = promisify(execFile);
  await run('tar', ['-cf', to.replace(/\.gz$/, ''), '--owner=0', '--group=0', '-C', folder, '.']);
  await run('gzip', ['-9', '-n', '-f', to.replace(/\.gz$/, '')]);
  return (await stat(to)).size / 1e6;
}
