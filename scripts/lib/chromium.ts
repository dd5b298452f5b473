/** A browser of the Chromium family for tests: an installed one, or Debian's package where this process may install it. */
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { exitOf, spawnOwned } from './processes.ts';
import { TaskError } from './run-task.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'chrome'];

const DEFAULT_PATHS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((folder) => {
    const base = process.env[folder];
    return base === undefined
      ? []
      : [join(base, 'Google/Chrome/Application/chrome.exe'), join(base, 'Microsoft/Edge/Application/msedge.exe')];
  }),
};

/** Flags under which it runs headless in a container and asks nothing of the outside. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--force-color-profile=srgb',
];

/**
 * Path of a browser that can be driven: CHROME_PATH, else one that is installed, else Debian's, installed now.
 * @throws TaskError naming the one thing to do
 */
export async function ensureChromium(): Promise<string> {
  const chosen = process.env['CHROME_PATH'];
  if (chosen !== undefined && chosen !== '') {
    if (isFile(chosen)) return chosen;
    throw new TaskError(`CHROME_PATH names '${chosen}', which is no file: let it name a Chromium, Chrome or Edge.`);
  }
  const installed = findChromium();
  if (installed !== undefined) return installed;
  if (!mayInstall()) throw new TaskError(`The editor tests need a browser: ${installAdvice()}`);
  await installDebianPackage();
  const fresh = findChromium();
  if (fresh === undefined) throw new TaskError('apt-get installed no chromium: set CHROME_PATH to a browser.');
  return fresh;
}

/** A browser on the PATH or in its usual place; undefined where there is none. */
export function findChromium(path: string = process.env['PATH'] ?? ''): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...(DEFAULT_PATHS[process.platform] ?? [])].find(isFile);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function mayInstall(): boolean {
  return process.platform === 'linux' && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
}

function installAdvice(): string {
  if (process.platform === 'linux' && existsSync('/usr/bin/apt-get')) {
    return 'run `sudo apt-get install -y chromium`, or set CHROME_PATH to a Chromium, Chrome or Edge.';
  }
  return 'install Chromium, Chrome or Edge, or set CHROME_PATH to one.';
}

async function installDebianPackage(): Promise<void> {
  console.error('Installing the Debian package chromium (once)…');
  // An update that fails, for example because one of several sources is away, need not keep the package from us.
  await aptGet(['update']);
  if ((await aptGet(['install', '-y', '--no-install-recommends', 'chromium'])) !== 0) {
    throw new TaskError('apt-get could not install chromium: run `apt-get install chromium` and see why.');
  }
}

/** Exit code of apt-get, which asks nothing. */
function aptGet(args: readonly string[]): Promise<number> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return exitOf(spawnOwned('/usr/bin/apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 2], env }));
}
