/** One running VS Code server with folders of its own. */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { ensureVsCode } from './vscode-install.ts';
import { enterExtension } from './installed-extension.ts';
import { collectOutput, spawnOwned, stop } from './processes.ts';

export type Settings = Readonly<Record<string, unknown>>;

export interface ServerOptions {
  /** Absolute path of an extension's folder, to be there as if the user had installed it. */
  readonly extension?: string;
  /**
   * Smoke-test mode: the window then runs an extension under development, and tests inside the extension host. It
   * shows no notifications.
   */
  readonly smokeTest?: boolean;
  /** User settings, on top of those that keep the workbench quiet. */
  readonly settings?: Settings;
  /** Leave workspace trust as users have it, with its question; off when left out. */
  readonly workspaceTrust?: boolean;
  /** Environment variables for the server and so for the extension host. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface VsCodeServer {
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Everything that this server writes; removed by `stop`. */
  readonly dataDir: string;
  /** Standard output and error so far. */
  log(): string;
  /** Replace the user settings; an open window takes them over. */
  writeSettings(settings: Settings): Promise<void>;
  stop(): Promise<void>;
}

/** How long the server may take until it listens, in milliseconds. */
const START_TIMEOUT_MS = 60_000;

const FLAGS = [
  '--without-connection-token',
  '--accept-server-license-terms',
  '--disable-telemetry',
  '--disable-experiments',
  '--skip-welcome',
];

/** Settings under which nothing but what is being looked at appears in the window. */
const QUIET_SETTINGS: Settings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'git.openRepositoryInParentFolders': 'never',
  'update.mode': 'none',
  'window.confirmBeforeClose': 'never',
};

/**
 * Start a server on a free port of the loopback address.
 * @throws Error with the server's output when it does not listen within 60 s
 */
export async function startVsCodeServer(options: ServerOptions = {}): Promise<VsCodeServer> {
  const program = await ensureVsCode();
  const dataDir = await mkdtemp(join(tmpdir(), 'ggen-vscode-'));
  const writeSettings = (settings: Settings): Promise<void> => writeUserSettings(dataDir, settings);
  await writeSettings(options.settings ?? {});
  if (options.extension !== undefined) await enterExtension(join(dataDir, 'extensions'), options.extension);
  const child = spawnOwned(process.execPath, argumentsOf(program, dataDir, options), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const log = collectOutput(child);
  const close = async (): Promise<void> => {
    await stop(child);
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = await listeningPort(child, log);
    return { url: `http://127.0.0.1:${port}`, dataDir, log, writeSettings, stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function argumentsOf(program: string, dataDir: string, options: ServerOptions): string[] {
  return [
    join(program, 'out/server-main.js'),
    ...['--host', '127.0.0.1', '--port', '0'],
    ...['--server-data-dir', dataDir, '--extensions-dir', join(dataDir, 'extensions')],
    ...FLAGS,
    ...(options.smokeTest === true ? ['--enable-smoke-test-driver'] : []),
    ...(options.workspaceTrust === true ? [] : ['--disable-workspace-trust']),
  ];
}

/** Where the extension's node of this server keeps its data: not where the user's own does. */
export function nodeFolder(dataDir: string): string {
  return join(dataDir, 'node');
}

/** Written twice: where the window keeps the user's settings, and where it keeps those of the machine it is joined to. */
async function writeUserSettings(dataDir: string, settings: Settings): Promise<void> {
  for (const scope of ['User', 'Machine']) {
    const path = join(dataDir, 'data', scope, 'settings.json');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(
      path,
      JSON.stringify({ ...QUIET_SETTINGS, 'ggen.node.dataFolder': nodeFolder(dataDir), ...settings }, undefined, 2),
    );
  }
}

async function listeningPort(child: ChildProcess, log: () => string): Promise<number> {
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  for (;;) {
    const match = /Extension host agent listening on (\d+)/.exec(log());
    if (match !== null) return Number(match[1]);
    if (child.exitCode !== null || signal.aborted) throw new Error(`VS Code's server did not start:\n${log()}`);
    await Promise.race([once(child.stdout ?? child, 'data', { signal }), once(child, 'exit', { signal })]).catch(
      () => undefined,
    );
  }
}
