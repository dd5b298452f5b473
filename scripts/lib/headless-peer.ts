/** A headless peer in a process of its own: `dist/ggen-p2p.mjs start`, as `npm run peer` starts it. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { DIST, ROOT } from './paths.ts';
import { spawnOwned, stop } from './processes.ts';

/** One line of a headless peer's standard output. Each kind has fields of its own beside `event`. */
export interface PeerEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface HeadlessPeerOptions {
  /** Folder for its database, blocks and keys. */
  readonly data: string;
  /** Multiaddrs of peers to join. */
  readonly bootstrap?: readonly string[];
  /** Absolute paths of projects to publish once it is ready. */
  readonly publish?: readonly string[];
  /** Name that it claims to others; none when left out. */
  readonly name?: string;
  /** Multiaddr to listen on; a free loopback port when left out. */
  readonly listen?: string;
  /** Whether errors name the lines of the sources, which costs some 40 MB of memory; true when left out. */
  readonly sourceMaps?: boolean;
  /** How long it may take to become ready, in milliseconds; 20 s when left out. */
  readonly timeoutMs?: number;
}

export interface HeadlessPeer {
  readonly process: ChildProcess;
  readonly peerId: string;
  /** Multiaddrs under which it is reached, each ending in its peer id. */
  readonly addresses: readonly string[];
  /** Everything it has said so far. */
  readonly events: readonly PeerEvent[];
  /**
   * Wait for an event, also one that came already.
   * @throws Error with what the peer printed, when it ends before or 20 s pass
   */
  waitFor(event: string, matches?: (event: PeerEvent) => boolean): Promise<PeerEvent>;
  stop(): Promise<void>;
}

/** How long a peer may take for what is waited for, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 20_000;

/**
 * Start a peer; resolves when it is ready.
 * @throws Error with what it printed, when it does not become ready in time
 */
export async function startHeadlessPeer(options: HeadlessPeerOptions): Promise<HeadlessPeer> {
  const child = spawnOwned(
    process.execPath,
    [
      ...(options.sourceMaps === false ? [] : ['--enable-source-maps']),
      ...[join(DIST, 'ggen-p2p.mjs'), 'start', '--format', 'json'],
      ...argumentsOf(options),
    ],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output = new PeerOutput(child);
  try {
    const ready = await output.waitFor('ready', undefined, options.timeoutMs);
    const { peerId, addresses } = ready as PeerEvent & { readonly peerId: string; readonly addresses: string[] };
    return {
      process: child,
      peerId,
      addresses,
      events: output.events,
      waitFor: (event, matches) => output.waitFor(event, matches),
      stop: () => stop(child),
    };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

function argumentsOf(options: HeadlessPeerOptions): string[] {
  return [
    ...['--listen', options.listen ?? '/ip4/127.0.0.1/tcp/0'],
    ...['--data', options.data],
    ...(options.name === undefined ? [] : ['--name', options.name]),
    ...(options.bootstrap ?? []).flatMap((address) => ['--bootstrap', address]),
    ...(options.publish ?? []).flatMap((folder) => ['--publish', folder]),
  ];
}

/** Reads a peer's JSON lines and wakes the caller that waits for one. */
class PeerOutput {
  readonly events: PeerEvent[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #errors = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout !== null)
      createInterface(child.stdout).on('line', (line) => {
        this.#readLine(line);
      });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    for (const end of ['exit', 'error'])
      child.once(end, () => {
        this.#wake();
      });
  }

  async waitFor(
    name: string,
    matches: (event: PeerEvent) => boolean = () => true,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  ): Promise<PeerEvent> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = this.events.find((event) => event.event === name && matches(event));
      if (found !== undefined) return found;
      const left = end - performance.now();
      if (left <= 0 || this.#child.exitCode !== null || this.#child.pid === undefined) throw this.#failure(name);
      await this.#next(left);
    }
  }

  #readLine(line: string): void {
    try {
      this.events.push(JSON.parse(line) as PeerEvent);
    } catch {
      this.#errors += `${line}\n`;
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Resolves at the next event, at the peer's end, or when the time is over. */
  #next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting.add(done);
    });
  }

  #failure(name: string): Error {
    const printed = this.events.map((event) => JSON.stringify(event)).join('\n');
    const state = this.#child.exitCode === null ? 'is still running' : `ended with code ${this.#child.exitCode}`;
    return new Error(`The headless peer gave no event '${name}'; it ${state}.\n${printed}\n${this.#errors}`);
  }
}
