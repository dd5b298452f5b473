/**
 * `node scripts/run.mjs TASK [argument…]`: what every npm script of this project calls.
 *
 * Plain JavaScript without dependencies, because it runs on whatever Node (20 or newer) the machine has. It puts the
 * locked dependencies in place where they are missing, and hands the task to the project's own Node 24, which comes
 * first on the PATH, and node_modules/.bin next.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies, projectNode } from './bootstrap/dependencies.mjs';
import { SetupError } from './bootstrap/setup-error.mjs';
import { runSteps } from './bootstrap/steps.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = 20;

/** Task -> the programs that run one after the other; the task's arguments go to the last one. */
const TASKS = {
  bench: [['scripts/build.ts', '--quiet'], ['bench/main.ts']],
  build: [['scripts/build.ts']],
  package: [['scripts/build.ts', '--quiet'], ['scripts/package.ts']],
  peer: [
    ['scripts/build.ts', '--quiet'],
    ['--enable-source-maps', 'dist/ggen-p2p.mjs', 'start'],
  ],
  // A heap that holds a whole network is above what Node takes by itself on a small machine.
  sim: [['--max-old-space-size=6144', 'node_modules/mocha/bin/mocha.js', '--spec', 'test/sim/**/*.test.ts']],
  start: [['scripts/build.ts'], ['scripts/start.ts']],
  stress: [['bench/stress.ts']],
  test: [['scripts/test.ts']],
  'test:desktop': [['scripts/build.ts', '--quiet'], ['test/editor/harness/desktop.ts']],
};

async function main([task = '', ...args]) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new SetupError(
      `Node ${process.versions.node} is too old: install Node ${OLDEST_NODE} or newer from https://nodejs.org.`,
    );
  }
  const steps = Object.hasOwn(TASKS, task) ? TASKS[task] : undefined;
  if (steps === undefined) {
    throw new SetupError(`There is no task '${task}': choose one of ${Object.keys(TASKS).join(', ')}.`);
  }
  await ensureDependencies(ROOT);
  return runSteps(steps, args, { root: ROOT, node: projectNode(ROOT) });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
