import { setTimeout as delay } from 'node:timers/promises';
import { GgenError } from '../../shared/errors.ts';
import { CommandError } from '../errors/command-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { Flags } from '../command-line/flags.ts';
import { FORMAT_OPTION, commandTimeoutMs, TIMEOUT_OPTION } from '../command-line/options.ts';
import { details } from '../output/table.ts';
import type { PeerState } from '../service/control.ts';
import { sendControlRequest } from '../service/control.ts';
import { daemonLog, startDaemon } from '../service/daemon.ts';
import { checkPeerSettings } from '../service/peer.ts';
import { VERSION } from '../version.ts';
import { SETTING_FLAGS, settingOptions } from '../settings/cli-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { resolveSettings } from '../settings/settings.ts';
import type { CommandContext, CommandSpec, OptionSpec } from '../command-line/command-spec.ts';

const DEFAULT_TIMEOUT_SECONDS = 30;
const POLL_INTERVAL_MS = 50;
/** How long a peer that has just claimed the data folder may take to answer. */
const OTHER_START_TIMEOUT_MS = 3_000;

const OPTIONS: readonly OptionSpec[] = [
  { long: 'daemon', short: 'd', help: 'run in the background; return when the peer is ready' },
  ...settingOptions(SETTING_FLAGS, { listen: 'l', config: 'c' }),
  FORMAT_OPTION,
  {
    ...TIMEOUT_OPTION,
    help: `with --daemon: timeout in seconds until the peer is ready (default ${DEFAULT_TIMEOUT_SECONDS})`,
  },
];

export const start: CommandSpec = {
  name: 'start',
  summary: 'Run a peer in the foreground or as a daemon until it is stopped',
  options: OPTIONS,
  timeLimitMs: (flags, timeoutMs) => (flags.isEnabled('daemon') ? timeoutMs : Infinity),
  notes:
    'SIGHUP reloads the configuration, SIGINT and SIGTERM stop the peer. With --format json, prints one object per event,\n' +
    'see docs/cli.md. If a VS Code window already runs the node, the peer stands by and takes over when the window closes.',
  examples: [
    'ggen-p2p start --listen /ip4/0.0.0.0/tcp/4001 --name attic',
    'ggen-p2p start --daemon --bootstrap /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…',
    "ggen-p2p start --mirror '*' --quota 50GB --http 127.0.0.1:9464 --log-format json",
    'ggen-p2p start --upload-rate 500kB --upload-per-day 20GB --no-seed-installed',
  ],
  run: async (context) => {
    context.flags.noOperands('start');
    const resolve = (): Promise<Settings> => resolveSettings(context.flags, process.env);
    const settings = await resolve();
    if (context.flags.isEnabled('daemon')) return startInBackground(context, settings);
    const { runPeer } = await import('../service/run.ts');
    await runPeer({ settings, resolve, console: context.console, signal: context.signal });
    return EXIT.done;
  },
};

async function startInBackground(
  { flags, console: output, signal }: CommandContext,
  settings: Settings,
): Promise<number> {
  checkPeerSettings(settings);
  const { dataDir } = settings;
  const timeoutSignal = AbortSignal.any([
    signal,
    AbortSignal.timeout(commandTimeoutMs(flags, DEFAULT_TIMEOUT_SECONDS)),
  ]);
  const { peer, isNew } = await findOrStart(foregroundArguments(flags), dataDir, timeoutSignal);
  if (!isNew) output.note(`A peer is already running and keeps its settings. Stop it with 'ggen-p2p stop'.`);
  const { pid } = peer;
  const result = {
    pid,
    already_running: !isNew,
    data_dir: dataDir,
    log: daemonLog(dataDir),
    http: peer.http ?? null,
  };
  output.result(result, (view) =>
    details(
      [
        ['process', String(pid)],
        ['data', dataDir],
        ['log', result.log],
      ],
      view,
    ),
  );
  return EXIT.done;
}

/** The peer of the data folder, started unless it runs; either way it is ready. */
async function findOrStart(
  args: readonly string[],
  dataDir: string,
  signal: AbortSignal,
): Promise<{ readonly peer: PeerState; readonly isNew: boolean }> {
  const running = await waitUntilReady(dataDir, signal);
  if (running !== undefined) return { peer: running, isNew: false };
  try {
    const pid = await startDaemon(args, dataDir, signal);
    const started = await sendControlRequest(dataDir, 'state');
    return { peer: started ?? { pid, version: VERSION, state: 'ready' }, isNew: true };
  } catch (error) {
    // Another command started one at the same time, and only one of them can run.
    const deadline = performance.now() + OTHER_START_TIMEOUT_MS;
    let other = await waitUntilReady(dataDir, signal);
    while (other === undefined && isLostRace(error) && performance.now() < deadline) {
      await delay(POLL_INTERVAL_MS);
      other = await waitUntilReady(dataDir, signal);
    }
    if (other === undefined) throw error;
    return { peer: other, isNew: false };
  }
}

/** Whether the new peer ended because it found another one, which may not answer yet. */
function isLostRace(error: unknown): boolean {
  return error instanceof CommandError && error.message.includes('is not responding');
}

/** The peer that runs, once it is ready; undefined when none runs. @throws GgenError TimedOut */
async function waitUntilReady(dataDir: string, signal: AbortSignal): Promise<PeerState | undefined> {
  for (;;) {
    const peer = await sendControlRequest(dataDir, 'state');
    if (peer === undefined || peer.state === 'ready') return peer;
    if (signal.aborted) throw new GgenError('TimedOut', `Process ${peer.pid} was not ready in time (${peer.state}).`);
    await delay(POLL_INTERVAL_MS);
  }
}

/** The given flags without `--daemon`, as arguments of the peer in the background. */
function foregroundArguments(flags: Flags): string[] {
  return OPTIONS.filter(({ long }) => !['daemon', 'format', 'timeout'].includes(long)).flatMap(
    ({ long, value, repeatable }) => {
      if (value === undefined) return flags.has(long) ? [flags.written(long)] : [];
      if (repeatable === true) return (flags.texts(long) ?? []).map((text) => `--${long}=${text}`);
      const text = flags.text(long);
      return text === undefined ? [] : [`--${long}=${text}`];
    },
  );
}
