/** Runs a task's programs with the project's Node, and passes signals on to the one that runs. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';

/** How often to look whether npm's shell is still there, in milliseconds. */
const PARENT_INTERVAL = 500;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Run the steps one after the other until one fails.
 * @param {readonly (readonly string[])[]} steps arguments of Node for each program
 * @param {readonly string[]} args added to the last one
 * @param {{root: string, node: string}} where the project's folder, and the Node binary to use
 * @returns {Promise<number>} exit code of the step that ended the task
 */
export async function runSteps(steps, args, where) {
  for (const [index, step] of steps.entries()) {
    const code = await runStep(index === steps.length - 1 ? [...step, ...args] : step, where);
    if (code !== 0) return code;
  }
  return 0;
}

function runStep(args, { root, node }) {
  const path = [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const child = spawn(node, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
  const pass = (signal) => {
    // Ctrl+C reaches everything in the terminal's foreground by itself; a second one would count as impatience.
    if (signal !== 'SIGINT' || !inTerminal()) child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  const watch = watchParent(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of SIGNALS) process.off(name, pass);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/**
 * npm runs a script in a shell and sends SIGTERM to that shell, which ends without forwarding it. The script only sees
 * that its parent process is gone.
 */
function watchParent(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, PARENT_INTERVAL);
  return timer;
}

function inTerminal() {
  return [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
}
