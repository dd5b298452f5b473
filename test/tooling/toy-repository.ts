import { execFileSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectOutput, spawnOwned } from '../../scripts/lib/processes.ts';

/** As commits before the reports printed it. */
const OLD_BENCH = `
import { appendFileSync } from 'node:fs';
appendFileSync(process.env.TOY_LOG, 'there ');
console.log('✔  A question (median)                      10.0 ms    below 30 ms  2.00 × a round trip (5.00 ms)');
console.log('✔  Only once                                10.0 ms    below 30 ms  2.00 × a round trip (5.00 ms)');
`;

/** A benchmark that writes a report of one figure. */
export function benchThatReports(value: number): string {
  const figure = { title: 'A question (median)', unit: 'ms', value, baseline: { title: 'a round trip', value: 5 } };
  const report = JSON.stringify({ format: 1, figures: [figure], failures: [] });
  return `
import { appendFileSync, writeFileSync } from 'node:fs';
appendFileSync(process.env.TOY_LOG, 'here ');
writeFileSync(process.env.GGEN_BENCH_REPORT, ${JSON.stringify(report)});
`;
}

/** A benchmark that never ends, and tells its process id. */
export const ENDLESS_BENCH = `
import { appendFileSync } from 'node:fs';
appendFileSync(process.env.TOY_LOG, process.pid + ' ');
setInterval(() => undefined, 1_000);
`;

const BUILD = `
import { existsSync } from 'node:fs';
if (!existsSync('node_modules/.lock-hash')) throw new Error('the dependencies of the other checkout are missing');
`;

/** A repository with one commit, whose benchmarks take no time, and folders for what a comparison writes. */
export class ToyRepository {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<ToyRepository> {
    const toy = new ToyRepository(await mkdtemp(join(tmpdir(), 'ggen-test-')));
    for (const below of ['bench', 'scripts', 'node_modules']) await mkdir(join(toy.root, below), { recursive: true });
    await mkdir(toy.temporary);
    const hash = createHash('sha256').update('{}').digest('hex');
    await toy.write('.gitignore', 'node_modules\n');
    await toy.write('package-lock.json', '{}');
    await toy.write('node_modules/.lock-hash', hash);
    await toy.write('package.json', '{"type":"module"}');
    await toy.write('scripts/run.mjs', BUILD);
    await toy.write('bench/main.ts', OLD_BENCH);
    toy.git('init', '--quiet');
    toy.git('add', '.');
    toy.git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '--quiet', '--message', 'Begin');
    return toy;
  }

  get root(): string {
    return join(this.#folder, 'toy');
  }

  /** Where a comparison makes its temporary folder. */
  get temporary(): string {
    return join(this.#folder, 'tmp');
  }

  /** Where it keeps its result. */
  get results(): string {
    return join(this.#folder, 'results');
  }

  write(path: string, text: string): Promise<void> {
    return writeFile(join(this.root, path), text);
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: this.root, encoding: 'utf8' }).trim();
  }

  /** What the benchmarks said so far: which ran, in their order. */
  ran(): Promise<string> {
    return readFile(join(this.#folder, 'log'), 'utf8').catch(() => '');
  }

  /** Begin to compare the files as they are with a commit, in a process of its own. */
  start(commit: string): ChildProcess {
    const options = JSON.stringify({ root: this.root, names: ['toy'], results: this.results });
    const script = `
      import(${JSON.stringify(import.meta.resolve('../../bench/against/against.ts'))})
        .then(({ compareWith }) => compareWith(${JSON.stringify(commit)}, ${options}))
        .then((code) => process.exit(code), (error) => { console.error(error.message); process.exit(2); });`;
    const env = { ...process.env, TMPDIR: this.temporary, TOY_LOG: join(this.#folder, 'log') };
    return spawnOwned(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'], env });
  }

  async compare(commit: string): Promise<{ readonly code: number | null; readonly output: string }> {
    const child = this.start(commit);
    const output = collectOutput(child);
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, output: output() };
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
