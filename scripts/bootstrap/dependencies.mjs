/** Puts node_modules in the state that package-lock.json names, and fetches nothing that is there already. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand, npmComplaint } from './npm.mjs';
import { SetupError } from './setup-error.mjs';

const STAMP = 'node_modules/.lock-hash';

/** Path of the project's own Node binary below `root`. */
export function projectNode(root) {
  return join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * Install what the lock file names, unless it is installed. `SetupError` where that fails.
 * @param {string} root the project's folder
 */
export async function ensureDependencies(root) {
  if (isInstalled(root)) return;
  const lock = readLock(root);
  if (!matchesLock(JSON.parse(lock.toString()), installedLock(root))) install(root);
  ensureBinaries(root);
  writeFileSync(join(root, STAMP), hashOf(lock));
}

/**
 * Is what the lock file names in place, as `ensureDependencies` left it?
 * @param {string} root the project's folder
 */
export function isInstalled(root) {
  return stampOf(root) === hashOf(readLock(root));
}

function readLock(root) {
  return readFileSync(join(root, 'package-lock.json'));
}

function hashOf(lock) {
  return createHash('sha256').update(lock).digest('hex');
}

function stampOf(root) {
  const path = join(root, STAMP);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** npm's own note of what it installed, written when it was done; undefined where there is none. */
function installedLock(root) {
  const path = join(root, 'node_modules/.package-lock.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/**
 * Is every package of the lock installed in its locked version? Packages for other platforms and those that only a
 * peer dependency asks for (see .npmrc) may be absent.
 */
export function matchesLock(lock, installed) {
  if (installed === undefined) return false;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed.packages[path];
    return found === undefined ? wanted.optional === true || wanted.peer === true : found.version === wanted.version;
  });
}

function install(root) {
  console.error('Installing the dependencies named in package-lock.json…');
  const { command, args } = npmCommand(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  const { status, error, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (error !== undefined) {
    throw new SetupError(`npm could not be started (${error.message}): install Node with npm from https://nodejs.org.`);
  }
  if (status !== 0) {
    throw new SetupError(
      `The dependencies could not be installed (${npmComplaint(stderr)}): check with \`npm ping\` that the npm registry can be reached, then run the same command again.`,
    );
  }
}

/** Packages that fetch or place a binary when they are installed: the binary, and the script that does it. */
const BINARIES = [
  { name: 'node', binary: projectNode, script: 'node_modules/node/installArchSpecificPackage.js' },
  {
    name: 'esbuild',
    binary: (root) => join(root, 'node_modules/esbuild/bin/esbuild'),
    script: 'node_modules/esbuild/install.js',
  },
];

/** Where npm was told to run no install scripts, the two that this project cannot do without are run here. */
function ensureBinaries(root) {
  for (const { name, binary, script } of BINARIES) {
    if (answers(binary(root))) continue;
    console.error(`Completing the installation of ${name}…`);
    const cwd = join(root, 'node_modules', name);
    spawnSync(process.execPath, [join(root, script)], { cwd, stdio: ['ignore', 2, 2] });
    if (!answers(binary(root))) {
      throw new SetupError(
        `The package '${name}' has no working binary: run \`npm rebuild ${name}\`, then the same command again.`,
      );
    }
  }
}

function answers(binary) {
  return spawnSync(binary, ['--version'], { stdio: 'ignore' }).status === 0;
}
