import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { spawnOwned, stop } from '../../scripts/lib/processes.ts';

const ROOT = join(import.meta.dirname, '..', '..');
export const PROGRAM = join(ROOT, 'dist', 'ggen-p2p.mjs');

/** A node that only this machine reaches, and no configuration file of the user. */
const ISOLATED_ENVIRONMENT = {
  GGEN_P2P_LISTEN: '/ip4/127.0.0.1/tcp/0',
  XDG_CONFIG_HOME: join(tmpdir(), 'ggen-no-such-folder'),
};

export interface PeerLine {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Build the program that the tests run. Does nothing when it is up to date. */
export async function buildPeer(): Promise<void> {
  await promisify(execFile)(process.execPath, ['scripts/build.ts', '--quiet'], { cwd: ROOT });
}

/** One process of the command line and its output. */
export class PeerProcess {
  /** Events of `start --format json`. */
  readonly lines: PeerLine[] = [];
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  output = '';
  errors = '';
  readonly #changed = new Set<() => void>();

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    // The environment in which the tests run must not change their outcome.
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(GGEN_|INIT_CWD$|XDG_|NO_COLOR$|FORCE_COLOR$|OTEL_|TRACEPARENT$)/.test(name),
    );
    const env = { ...Object.fromEntries(inherited), ...ISOLATED_ENVIRONMENT, ...environment };
    const command = ['--enable-source-maps', PROGRAM, ...args];
    this.child = spawnOwned(process.execPath, command, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exit = once(this.child, 'close').then(([code]) => code as number | null);
    createInterface(this.child.stdout!).on('line', (line) => {
      this.output += `${line}\n`;
      if (line.startsWith('{"event"')) this.lines.push(JSON.parse(line) as PeerLine);
      for (const look of this.#changed) look();
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    void this.exit.then(() => {
      for (const look of this.#changed) look();
    });
  }

  /** Wait for a line, which may be printed already. Rejects when the process ends before it. */
  async line(event: string, matches: (line: PeerLine) => boolean = () => true): Promise<PeerLine> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.lines.find((line) => line.event === event && matches(line));
        if (found === undefined && this.child.exitCode === null) return;
        this.#changed.delete(look);
        if (found !== undefined) resolve(found);
        else reject(new Error(`No '${event}' before the end:\n${JSON.stringify(this.lines, null, 1)}\n${this.errors}`));
      };
      this.#changed.add(look);
      look();
    });
  }
}

/** Output and exit code of a command. */
export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Result of a command with `--format json`. */
export function resultOf({ output, errors }: CommandResult): Readonly<Record<string, unknown>> {
  assert.notEqual(output, '', errors);
  return JSON.parse(output) as Readonly<Record<string, unknown>>;
}

/** Folders and processes of one test, which `close` removes and ends. */
export class CliTest {
  readonly #processes: PeerProcess[] = [];
  readonly #daemons: number[] = [];
  #folder: string | undefined;

  async folder(name: string): Promise<string> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'ggen-cli-'));
    return join(this.#folder, name);
  }

  spawn(args: readonly string[], environment: Readonly<Record<string, string>> = {}): PeerProcess {
    const peer = new PeerProcess(args, environment);
    this.#processes.push(peer);
    return peer;
  }

  /** Start a peer. Returns it with its address. */
  async peer(...args: string[]): Promise<{ peer: PeerProcess; address: string }> {
    const peer = this.spawn(['start', '--format', 'json', '--log-level', 'warn', ...args]);
    const ready = await peer.line('ready');
    return { peer, address: (ready['addresses'] as string[])[0]! };
  }

  /** Run a command to its end. */
  async run(...args: string[]): Promise<CommandResult> {
    return this.runIn({}, ...args);
  }

  /** As `run`, with variables of the environment. */
  async runIn(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<CommandResult> {
    const command = this.spawn(args, environment);
    const code = await command.exit;
    return { code, output: command.output, errors: command.errors };
  }

  /** End a peer in the background, which a command of this test started, when the test ends. */
  endAfterwards(pid: number): void {
    assert.ok(Number.isInteger(pid) && pid > 1);
    this.#daemons.push(pid);
  }

  async close(): Promise<void> {
    for (const pid of this.#daemons.splice(0)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // The process has ended already.
      }
    }
    await Promise.all(this.#processes.splice(0).map(({ child }) => stop(child)));
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}

/** Contents of all files below a folder by their relative paths. */
export async function filesOf(folder: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    files.sort().map(async (path) => [path.slice(folder.length), await readFile(path)] as const),
  );
  return Object.fromEntries(contents);
}
