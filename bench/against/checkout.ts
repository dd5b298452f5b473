import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { isInstalled, projectNode } from '../../scripts/bootstrap/dependencies.mjs';
import { TaskError } from '../../scripts/lib/run-task.ts';
import { runBounded } from './process.ts';

/** A state of the project in a folder. */
export interface Checkout {
  readonly root: string;
  /** As it is called in what is printed. */
  readonly label: string;
}

export interface CheckoutOptions {
  /** Folder of this checkout, whose repository has the commit. */
  readonly root: string;
  /** Where the other one is put, as `tree`. */
  readonly folder: string;
  readonly interrupted: AbortSignal;
}

const LOCK = 'package-lock.json';
const GIT_TIMEOUT_MS = 60_000;
/** Installing dependencies and building. */
const PREPARATION_TIMEOUT_MS = 15 * 60_000;

/**
 * Put the files of a commit into a folder, with the dependencies and tools of this checkout where it asks for the same. The
 * repository itself is not touched: there is no worktree to be forgotten in it.
 *
 * @throws TaskError when there is no such commit
 */
export async function checkOut(
  name: string,
  { root, folder, interrupted }: CheckoutOptions,
): Promise<Checkout & { readonly commit: string }> {
  const git = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> => {
    const options = { cwd: root, timeout: GIT_TIMEOUT_MS, signal: interrupted, env: { ...process.env, ...env } };
    return (await promisify(execFile)('git', [...args], options)).stdout.trim();
  };
  const commit = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]).catch(() => {
    throw new TaskError(`There is no commit '${name}': name one that \`git log\` shows.`);
  });
  const tree = join(folder, 'tree');
  // An index of its own: that of the repository stays as it is.
  const index = { GIT_INDEX_FILE: join(folder, 'index') };
  await git(['read-tree', commit], index);
  await git(['checkout-index', '--all', `--prefix=${tree}/`], index);
  if ((await equalFiles(root, tree, LOCK)) && isInstalled(root)) await link(root, tree, 'node_modules');
  await linkTools(root, tree);
  return { root: tree, label: commit.slice(0, 10), commit };
}

/** What is installed below .cache for the tools is used by both, where they ask for the same versions. */
async function linkTools(root: string, tree: string): Promise<void> {
  const tools = await readdir(join(tree, 'tools')).catch(() => []);
  await mkdir(join(tree, '.cache'), { recursive: true });
  for (const tool of tools) {
    const installed = existsSync(join(root, '.cache', tool));
    if (installed && (await equalFiles(root, tree, join('tools', tool, LOCK))))
      await link(root, tree, join('.cache', tool));
  }
}

async function equalFiles(root: string, tree: string, path: string): Promise<boolean> {
  const [one, other] = await Promise.all(
    [root, tree].map((folder) => readFile(join(folder, path)).catch(() => undefined)),
  );
  return one !== undefined && other !== undefined && one.equals(other);
}

async function link(root: string, tree: string, path: string): Promise<void> {
  await symlink(join(root, path), join(tree, path), 'junction');
}

/**
 * Install what is missing, and build.
 *
 * @throws TaskError with what was printed, when that fails
 */
export async function prepare(checkout: Checkout, interrupted: AbortSignal): Promise<void> {
  const { root, label } = checkout;
  console.error(`Building ${label}…`);
  if (!existsSync(join(root, 'scripts/run.mjs')) || !existsSync(join(root, 'bench/main.ts'))) {
    throw new TaskError(`${label} has no benchmarks that can be run: choose a later commit.`);
  }
  const { code, output } = await runBounded(checkout, ['scripts/run.mjs', 'build', '--quiet'], {
    bound: PREPARATION_TIMEOUT_MS,
    interrupted,
    env: {},
  });
  if (code !== 0) throw new TaskError(`${label} could not be built:\n${output}`);
}

/** The Node that a checkout brings, or this one. */
export function nodeOf({ root }: Checkout): string {
  const own = projectNode(root);
  return existsSync(own) ? own : process.execPath;
}

/** Its Node comes first, and its tools next, as scripts/run.mjs has it. */
export function pathOf(checkout: Checkout): string {
  return [dirname(nodeOf(checkout)), join(checkout.root, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(
    delimiter,
  );
}
