import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { npm } from '../../scripts/lib/npm.ts';
import { spawnOwned, stop } from '../../scripts/lib/processes.ts';
import { ensureTool } from '../../scripts/lib/tool.ts';

/** Milliseconds that npm takes with a registry of one's own on this machine, npm's own start-up included. */
export interface NpmTimes {
  readonly publish: number;
  readonly install: number;
}

const START_TIMEOUT_MS = 60_000;

/** Publishes and installs a project with npm and Verdaccio on loopback; what users would set up instead. */
export class NpmRegistry {
  readonly #url: string;
  readonly #folder: string;
  readonly #stop: () => Promise<void>;

  private constructor(url: string, folder: string, end: () => Promise<void>) {
    this.#url = url;
    this.#folder = folder;
    this.#stop = end;
  }

  static async start(): Promise<NpmRegistry> {
    const tool = await ensureTool({ name: 'verdaccio', title: 'Verdaccio' });
    const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-npm-'));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    await writeFile(join(folder, 'config.yaml'), config(folder));
    const program = join(tool, 'node_modules/verdaccio/bin/verdaccio');
    const args = [program, '--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`];
    const server = spawnOwned(process.execPath, args, { stdio: 'ignore', cwd: folder });
    const end = async (): Promise<void> => {
      await stop(server);
      await rm(folder, { recursive: true, force: true });
    };
    try {
      await isReady(url);
    } catch (error) {
      await end();
      throw error;
    }
    return new NpmRegistry(url, folder, end);
  }

  /** Publish a project, whose package.json names it, and install it into an empty folder with an empty cache. */
  async times(project: string, name: string, version: string): Promise<NpmTimes> {
    // npm insists on a token, and the registry accepts any.
    const userConfig = join(this.#folder, 'npmrc');
    await writeFile(userConfig, `//${new URL(this.#url).host}/:_authToken=any\n`);
    const common = [`--registry=${this.#url}`, `--userconfig=${userConfig}`];
    const publishing = performance.now();
    await npm(['publish', '--ignore-scripts', ...common], project, `The package ${name}`);
    const publish = performance.now() - publishing;
    const target = await mkdtemp(join(this.#folder, 'target-'));
    await writeFile(join(target, 'package.json'), '{"private":true}');
    const cache = await mkdtemp(join(this.#folder, 'cache-'));
    const installing = performance.now();
    await npm(['install', `${name}@${version}`, `--cache=${cache}`, '--ignore-scripts', ...common], target, name);
    return { publish, install: performance.now() - installing };
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

function config(folder: string): string {
  return [
    `storage: ${JSON.stringify(join(folder, 'storage'))}`,
    'max_body_size: 200mb',
    'web: { enable: false }',
    "packages: { '**': { access: $all, publish: $anonymous, unpublish: $anonymous } }",
    'log: { type: stdout, format: json, level: fatal }',
    '',
  ].join('\n');
}

async function isReady(url: string): Promise<void> {
  const end = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${url}-/ping`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (answer?.ok === true) return;
    if (performance.now() > end) throw new Error(`Verdaccio does not answer at ${url}`);
    await delay(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}
