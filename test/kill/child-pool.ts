import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import { build } from 'esbuild';
import { buildOptions } from '../../scripts/build/bundles.ts';
import type { JobRequest, ChildMessage } from './child.ts';

/** The result of one child. */
export interface ChildOutcome {
  /** The child reported its job as done before it died, so the result must be durable. */
  readonly acknowledged: boolean;
  /** Milliseconds from the start of its job to its death or exit. */
  readonly durationMs: number;
  readonly failed?: string;
}

/** Restrictions of a child. Such a child is not started ahead of time. */
export interface ChildLimits {
  /** Largest file that the child can write, in blocks of 512 bytes. */
  readonly maxFileBlocks?: number;
  /** Run without root's capability to bypass file permissions. */
  readonly enforcePermissions?: boolean;
}

/** Starts children ahead of time, so that the next one is ready when the previous one has died. */
export class ChildPool {
  readonly #script: string;
  #next: Promise<Child>;

  private constructor(script: string) {
    this.#script = script;
    this.#next = this.#start();
  }

  /** Bundle the child into a folder that the caller removes, so that it starts fast. */
  static async prepare(folder: string): Promise<ChildPool> {
    const outfile = join(folder, 'child.mjs');
    const entry = join(import.meta.dirname, 'child.ts');
    await build({
      ...buildOptions({ name: 'worker', entry, outfile, format: 'esm', maxBytes: Infinity }),
      minify: false,
      sourcemap: false,
    });
    return new ChildPool(outfile);
  }

  /** Give a child a job and kill it this many milliseconds after it has started it; never when absent. */
  async run(request: JobRequest, killAfterMs?: number, limits?: ChildLimits): Promise<ChildOutcome> {
    if (limits !== undefined) return await (await this.#start(limits)).run(request, killAfterMs);
    const child = await this.#next;
    this.#next = this.#start();
    return await child.run(request, killAfterMs);
  }

  async close(): Promise<void> {
    (await this.#next).kill();
  }

  async #start({ maxFileBlocks, enforcePermissions = false }: ChildLimits = {}): Promise<Child> {
    const limited = ['-c', `ulimit -f ${maxFileBlocks ?? 0}; exec "$0" "$@"`, process.execPath, this.#script];
    const plain = ['--bounding-set', '-dac_override,-dac_read_search', process.execPath, this.#script];
    const [command, args] =
      maxFileBlocks !== undefined
        ? ['/bin/sh', limited]
        : enforcePermissions && process.getuid?.() === 0
          ? ['setpriv', plain]
          : [process.execPath, [this.#script]];
    const child = new Child(spawn(command, args, { stdio: 'pipe' }));
    await child.ready;
    return child;
  }
}

class Child {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  readonly ready: Promise<unknown>;
  #errors = '';

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#process = child;
    this.#lines = createInterface({ input: child.stdout });
    this.ready = Promise.race([once(this.#lines, 'line'), this.#rejectOnExit()]);
    this.ready.catch(() => undefined);
    child.stderr.on('data', (data: Buffer) => {
      this.#errors += data.toString();
    });
    // Writing to a child that has died is expected here.
    child.stdin.on('error', () => undefined);
  }

  async #rejectOnExit(): Promise<never> {
    await once(this.#process, 'close');
    throw new Error(`The child ended before it was ready: ${this.#errors}`);
  }

  async run(request: JobRequest, killAfterMs: number | undefined): Promise<ChildOutcome> {
    let acknowledged = false;
    let failed: string | undefined;
    let began = 0;
    let ended = 0;
    this.#lines.on('line', (line) => {
      const message = JSON.parse(line) as ChildMessage;
      if (message.state === 'begin') {
        began = performance.now();
        if (killAfterMs !== undefined) this.#killAt(began + killAfterMs);
      }
      if (message.state === 'done') {
        acknowledged = true;
        ended = performance.now();
      }
      if (message.state === 'failed') failed = message.error;
    });
    const closed = once(this.#process, 'close');
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    await closed;
    if (began === 0 && failed === undefined) failed = `it never began: ${this.#errors}`;
    const durationMs = (ended === 0 ? performance.now() : ended) - began;
    return { acknowledged, durationMs, ...(failed === undefined ? {} : { failed }) };
  }

  /** Timers have a resolution of a millisecond; the rest is waited actively, so that kills hit every moment. */
  #killAt(time: number): void {
    setTimeout(
      () => {
        while (performance.now() < time);
        this.kill();
      },
      Math.max(0, time - performance.now() - 2),
    );
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}
