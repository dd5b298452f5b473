import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../errors/command-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { LOCAL_OPTIONS, sessionOptions } from '../command-line/options.ts';
import { GgenError } from '../../shared/errors.ts';
import type { PeerState } from '../service/control.ts';
import { askPeer } from '../service/control.ts';
import { withSession } from '../session/session.ts';
import type { CommandContext, CommandSpec } from '../command-line/spec.ts';

const LOOK_EVERY_MS = 50;
const EXIT_BOUND_MS = 1_000;
const DEFAULT_TIMEOUT_SECONDS = 10;

export const stop: CommandSpec = {
  name: 'stop',
  summary: 'End the peer that runs in the background or in another terminal',
  options: [{ long: 'reload', help: 'have it read its configuration anew instead (as SIGHUP does)' }, ...LOCAL_OPTIONS],
  notes: 'A node in a window of VS Code is not ended from here. Exit code 6 when no peer runs.',
  examples: ['ggen-p2p stop', 'ggen-p2p stop --reload'],
  run: async (context) => {
    const { flags, console: output } = context;
    flags.none('stop');
    const { settings, timeout } = await sessionOptions(context, 'none', DEFAULT_TIMEOUT_SECONDS);
    const { dataDir } = settings;
    const peer = await askPeer(dataDir, flags.on('reload') ? 'reload' : 'stop');
    if (peer === undefined) throw await nothingToStop(context);
    if (flags.on('reload')) {
      output.result({ pid: peer.pid, reloaded: true }, () => `Process ${peer.pid} reads its configuration anew.`);
      return EXIT.done;
    }
    await gone(dataDir, peer, AbortSignal.any([context.signal, AbortSignal.timeout(timeout)]));
    output.result({ pid: peer.pid, stopped: true }, (view) => `${view.good('Stopped')} process ${peer.pid}`);
    return EXIT.done;
  },
};

/** The peer answers as long as it works; its socket goes last. */
async function gone(dataDir: string, { pid }: PeerState, signal: AbortSignal): Promise<void> {
  while ((await askPeer(dataDir, 'state'))?.pid === pid) {
    if (signal.aborted) throw new GgenError('TimedOut', `Process ${pid} did not end in time.`);
    await delay(LOOK_EVERY_MS);
  }
  // Its files are free by now; its id is, too, a moment later, unless nobody asks the system for its exit code.
  for (const end = performance.now() + EXIT_BOUND_MS; isThere(pid) && performance.now() < end;)
    await delay(LOOK_EVERY_MS);
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function nothingToStop(context: CommandContext): Promise<Error> {
  return withSession(
    await sessionOptions(context, 'none', DEFAULT_TIMEOUT_SECONDS),
    ({ attached, status: { owner } }) => {
      if (!attached)
        return Promise.resolve(new CommandError('NotAPeer', EXIT.noNode, 'No node runs: there is nothing to stop.'));
      const error = new CommandError(
        'NotAPeer',
        EXIT.noNode,
        `The node runs in process ${owner?.pid ?? '?'}, which is no peer of the command line.`,
        "In VS Code, run 'Ggen: Stop Node', or close the window. A command that runs just now ends by itself.",
      );
      return Promise.resolve(error);
    },
  );
}
