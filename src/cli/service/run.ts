import { mergeForks } from '../../identity/merge-forks.ts';
import { errorMessage, errorName, GgenError, isAbort } from '../../shared/errors.ts';
import type { SharedEngine } from '../../worker/ownership/shared-engine.ts';
import { openSharedEngine } from '../../worker/ownership/shared-engine.ts';
import { CommandError } from '../errors/command-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { Console } from '../output/console.ts';
import { existingKey } from '../publisher/key.ts';
import { VERSION } from '../session/session.ts';
import type { Settings } from '../settings/settings.ts';
import { whenAborted } from '../session/stop-signal.ts';
import type { PeerState } from './control.ts';
import { sendControlRequest, listenForControl } from './control.ts';
import { announceReady } from './daemon.ts';
import type { PeerEvent } from './events.ts';
import { eventText } from './events.ts';
import { PeerLog } from './log.ts';
import { checkPeerSettings, Peer } from './peer.ts';
import { watchPackages, watchPeers } from './watch.ts';

export interface RunOptions {
  readonly settings: Settings;
  /** Reads the settings anew. */
  readonly resolve: () => Promise<Settings>;
  readonly console: Console;
  readonly signal: AbortSignal;
}

/** Run a peer until the signal is aborted, or another command asks for its end. */
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
    // Stopped while it was starting: that is an end like any other.
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
    // People are told of each peer and package by the log, if they want it.
    if (event.event === 'ready' && output.format !== 'table') disposers.push(...watchEvents(engine, notify));
  };
  const peer = new Peer({ engine, log, version: VERSION, notify: onReady, signal }, settings);
  try {
    signal.throwIfAborted();
    const starting = peer.start();
    // Before anybody hears that it is ready: a signal that nothing listens for would end it.
    disposers.push(onReload(control, peer, starting, resolve, notify, () => control.answer('stop')));
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

/** What people read of an event: on a terminal beside the log, and else in it, whose lines stay of one form. */
function eventLine(event: PeerEvent, log: PeerLog): string | undefined {
  const text = eventText(event);
  if (text === undefined || process.stdout.isTTY) return text;
  log.log('info', text);
  return undefined;
}

/** Tell of peers and packages as they come and change. Returns what ends it. */
function watchEvents(engine: SharedEngine, notify: (event: PeerEvent) => void): (() => void)[] {
  const onError = (error: unknown): void => {
    notify({ event: 'error', name: errorName(error), message: errorMessage(error) });
  };
  return [watchPeers(engine, notify), watchPackages(engine, notify, onError)];
}

/** Reload on SIGHUP, and when a command asks for it; one at a time, once it has started. */
function onReload(
  control: PeerControl,
  peer: Peer,
  starting: Promise<void>,
  resolve: () => Promise<Settings>,
  notify: (event: PeerEvent) => void,
  stop: () => void,
): () => void {
  let last = starting;
  const reload = (): void => {
    last = last
      .then(async () => {
        await peer.reload(await resolve());
      })
      .catch((error: unknown) => {
        notify({
          event: 'error',
          name: errorName(error),
          message: `The configuration was not reloaded: ${errorMessage(error)}`,
        });
      });
  };
  control.onReload = reload;
  // In a terminal the signal says that this one was closed.
  const onHangUp = process.stdin.isTTY ? stop : reload;
  process.on('SIGHUP', onHangUp);
  return () => process.off('SIGHUP', onHangUp);
}

/** The engine's log; that of another process belongs into its own. */
function writeLog(engine: SharedEngine, log: PeerLog): () => void {
  return engine.subscribe('log', ({ line }) => {
    if (engine.isOwner || line.scope === 'ownership') log.write(line);
  });
}

/** What this key published apart on another machine is united by whoever holds the key. */
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

async function engineFailure(engine: SharedEngine): Promise<never> {
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

/** What this peer says of itself to other commands, and what they may ask of it. */
class PeerControl {
  onReload: () => void = () => undefined;
  readonly #stop: AbortController;
  #state: PeerState['state'] = 'starting';
  #peer: Peer | undefined;

  constructor(stop: AbortController) {
    this.#stop = stop;
  }

  ready(peer: Peer): void {
    this.#peer = peer;
    this.#state = 'ready';
  }

  stopping(): void {
    this.#state = 'stopping';
  }

  answer(request: 'state' | 'stop' | 'reload'): PeerState {
    if (request === 'stop') {
      this.stopping();
      this.#stop.abort(new DOMException('Stopped.', 'AbortError'));
    }
    if (request === 'reload') this.onReload();
    const http = this.#peer?.http;
    return { pid: process.pid, version: VERSION, state: this.#state, ...(http === undefined ? {} : { http }) };
  }
}
