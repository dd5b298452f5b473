import { mergeForks } from '../../identity/merge-forks.ts';
import { errorMessage, errorName, GgenError, isAbort, toError } from '../../shared/errors.ts';
import type { SharedEngine } from '../../worker/ownership/shared-engine.ts';
import { openSharedEngine } from '../../worker/ownership/shared-engine.ts';
import { CommandError } from '../errors/command-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { Console } from '../output/console.ts';
import { existingKey } from '../publisher/key.ts';
import { VERSION } from '../version.ts';
import type { Settings } from '../settings/settings.ts';
import { whenAborted } from '../session/stop-signal.ts';
import { sendControlRequest, listenForControl } from './control.ts';
import { announceReady } from './daemon.ts';
import type { PeerEvent } from './events.ts';
import { eventText } from './events.ts';
import { PeerLog } from './log.ts';
import { checkPeerSettings, Peer } from './peer.ts';
import { PeerControl } from './peer-control.ts';
import { watchPackages, watchPeers } from './watch.ts';

export interface RunOptions {
  readonly settings: Settings;
  /** Reads the settings again. */
  readonly resolve: () => Promise<Settings>;
  readonly console: Console;
  readonly signal: AbortSignal;
}

/** Run a peer until the signal is aborted or another command stops it. */
export async function runPeer(options: RunOptions): Promise<void> {
  const { settings, console: output } = options;
  checkPeerSettings(settings);
  const stopped = new AbortController();
  const signal = AbortSignal.any([options.signal, stopped.signal]);
  const log = new PeerLog(process.stderr, { format: settings.text('log-format'), level: settings.text('log-level') });
  const control = new PeerControl(stopped);
  const listener = await listenForControl(settings.dataDir, (request) => control.answer(request));
  if (listener === undefined) throw await alreadyRunningError(settings.dataDir);
  try {
    await serve({ ...options, signal }, log, control, (event) => {
      if (event.event === 'error') log.log('error', event.message);
      output.event(event, () => eventLine(event, log));
    });
  } catch (error) {
    // A peer that is stopped while it starts ends without an error.
    if (!signal.aborted || !isAbort(error)) throw error;
  } finally {
    await listener.close();
  }
}

async function serve(
  { settings, resolve, signal, console: output }: RunOptions,
  log: PeerLog,
  control: PeerControl,
  notify: (event: PeerEvent) => void,
): Promise<void> {
  const engine = await openSharedEngine({ dataDir: settings.dataDir, version: VERSION, signal });
  const disposers = [writeLog(engine, log), mergeOwnForks(engine, settings.dataDir, log)];
  const onReady = (event: PeerEvent): void => {
    notify(event);
    // In the text format, only the log mentions single peers and packages.
    if (event.event === 'ready' && output.format !== 'table') disposers.push(...watchEvents(engine, notify));
  };
  const peer = new Peer({ engine, log, version: VERSION, notify: onReady, signal }, settings);
  try {
    signal.throwIfAborted();
    const starting = peer.start();
    // Installed before the peer is announced as ready: an early SIGHUP without a handler would end the process.
    disposers.push(onReload({ control, peer, starting, resolve, notify }));
    await starting;
    control.ready(peer);
    announceReady();
    await Promise.race([whenAborted(signal), engineFailure(engine)]);
  } finally {
    control.stopping();
    for (const dispose of disposers) dispose();
    await peer.stop();
    await engine.close();
  }
}

/** Text of an event: printed on a terminal, else written to the log, so that all its lines have one format. */
function eventLine(event: PeerEvent, log: PeerLog): string | undefined {
  const text = eventText(event);
  if (text === undefined || process.stdout.isTTY) return text;
  log.log('info', text);
  return undefined;
}

/** Report new and changed peers and packages. Returns functions that end it. */
function watchEvents(
  engine: Pick<SharedEngine, 'subscribe' | 'listPackages'>,
  notify: (event: PeerEvent) => void,
): (() => void)[] {
  const onError = (error: unknown): void => {
    notify({ event: 'error', name: errorName(error), message: errorMessage(error) });
  };
  return [watchPeers(engine, notify), watchPackages(engine, notify, onError)];
}

interface ReloadOptions {
  readonly control: PeerControl;
  readonly peer: Peer;
  /** Reloads wait for the start. */
  readonly starting: Promise<void>;
  readonly resolve: () => Promise<Settings>;
  readonly notify: (event: PeerEvent) => void;
}

/** Reload on SIGHUP and when a command asks for it, one reload at a time. Returns a function that ends it. */
function onReload({ control, peer, starting, resolve, notify }: ReloadOptions): () => void {
  let last: Promise<unknown> = starting;
  const reload = (): Promise<Error | undefined> => {
    const reloading = last
      .then(async () => {
        await peer.reload(await resolve());
        return undefined;
      })
      .catch((error: unknown) => {
        notify({
          event: 'error',
          name: errorName(error),
          message: `The configuration was not reloaded: ${errorMessage(error)}`,
        });
        return toError(error);
      });
    last = reloading;
    return reloading;
  };
  control.onReload = reload;
  // In a terminal, SIGHUP means that the terminal was closed.
  const onHangUp = (): void => {
    if (process.stdin.isTTY) control.stop();
    else void reload();
  };
  process.on('SIGHUP', onHangUp);
  return () => process.off('SIGHUP', onHangUp);
}

/** Write the engine's log, unless the engine is in another process, which writes its own. */
function writeLog(engine: Pick<SharedEngine, 'subscribe' | 'isOwner'>, log: PeerLog): () => void {
  return engine.subscribe('log', ({ line }) => {
    if (engine.isOwner || line.scope === 'ownership') log.write(line);
  });
}

/** Merge forks of this publisher: records that another machine with the same key signed. */
function mergeOwnForks(engine: SharedEngine, dataDir: string, log: PeerLog): () => void {
  return mergeForks({
    engine,
    key: () => existingKey(process.env, dataDir),
    info: (message) => {
      log.log('info', message);
    },
    warn: (message) => {
      log.log('warn', message);
    },
  });
}

async function engineFailure(engine: Pick<SharedEngine, 'failed'>): Promise<never> {
  throw await engine.failed;
}

async function alreadyRunningError(dataDir: string): Promise<Error> {
  const pid = (await sendControlRequest(dataDir, 'state'))?.pid;
  if (pid === undefined) {
    const message = `A peer uses ${dataDir} but is not responding. It may be starting, stopping, or suspended.`;
    return new GgenError('DataDirInUse', message, { details: { dataDir } });
  }
  return new CommandError(
    'PeerRunning',
    EXIT.noNode,
    `A peer is already running on ${dataDir}: process ${pid}.`,
    "Stop it with 'ggen-p2p stop', or choose another folder with --data DIR.",
  );
}
