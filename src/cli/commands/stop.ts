import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../errors/command-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { LOCAL_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { GgenError } from '../../shared/errors.ts';
import type { PeerState } from '../service/control.ts';
import { sendControlRequest } from '../service/control.ts';
import { withSession } from '../session/session.ts';
import type { CommandContext, CommandSpec } from '../command-line/command-spec.ts';

const POLL_INTERVAL_MS = 50;
const EXIT_TIMEOUT_MS = 1_000;
const DEFAULT_TIMEOUT_SECONDS = 30;

export const stop: CommandSpec = {
  name: 'stop',
  summary: 'Stop the peer that runs in the background or in another terminal',
  options: [{ long: 'reload', help: 'reload its configuration instead (same as SIGHUP)' }, ...LOCAL_OPTIONS],
  notes: 'Does not stop a node in a VS Code window. Exits with code 6 if no peer is running.',
  examples: ['ggen-p2p stop', 'ggen-p2p stop --reload'],
  run: async (context) => {
    const { flags, console: output } = context;
    flags.noOperands('stop');
    const { settings, timeoutMs } = await sessionOptions(context, 'none', DEFAULT_TIMEOUT_SECONDS);
    const { dataDir } = settings;
    if (flags.isEnabled('reload')) return reload(context, dataDir, timeoutMs);
    const peer = await sendControlRequest(dataDir, 'stop');
    if (peer === undefined) throw await notRunningError(context);
    await waitForExit(dataDir, peer, AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]));
    output.result({ pid: peer.pid, stopped: true }, (view) => `${view.success('Stopped')} process ${peer.pid}`);
    return EXIT.done;
  },
};

/** Reload the configuration of the peer, which answers when it is done. */
async function reload(context: CommandContext, dataDir: string, timeoutMs: number): Promise<number> {
  const running = await sendControlRequest(dataDir, 'state');
  if (running === undefined) throw await notRunningError(context);
  const peer = await sendControlRequest(dataDir, 'reload', timeoutMs);
  if (peer === undefined)
    throw new GgenError('TimedOut', `Process ${running.pid} did not reload its configuration in time.`);
  if (peer.refused !== undefined) {
    const { name, message } = peer.refused;
    throw new CommandError(
      'ReloadFailed',
      name === 'UsageError' ? EXIT.usage : EXIT.failed,
      `Process ${peer.pid} rejected the configuration and keeps the previous one: ${message}`,
      'Fix the configuration, then reload again.',
    );
  }
  context.console.result({ pid: peer.pid, reloaded: true }, (view) => {
    return `${view.success('Reloaded')} the configuration of process ${peer.pid}`;
  });
  return EXIT.done;
}

/** A peer closes its control socket last, so it has ended when it no longer answers. */
async function waitForExit(dataDir: string, { pid }: PeerState, signal: AbortSignal): Promise<void> {
  while ((await sendControlRequest(dataDir, 'state'))?.pid === pid) {
    if (signal.aborted) throw new GgenError('TimedOut', `Process ${pid} did not stop in time.`);
    await delay(POLL_INTERVAL_MS);
  }
  // Its files are free by now. Its process id is free shortly after, unless its parent does not collect the exit code.
  for (const deadline = performance.now() + EXIT_TIMEOUT_MS; isAlive(pid) && performance.now() < deadline;)
    await delay(POLL_INTERVAL_MS);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function notRunningError(context: CommandContext): Promise<Error> {
  return withSession(
    await sessionOptions(context, 'none', DEFAULT_TIMEOUT_SECONDS),
    ({ attached, status: { owner } }) => {
      if (!attached) return Promise.resolve(new CommandError('NotAPeer', EXIT.noNode, 'No node is running.'));
      const error = new CommandError(
        'NotAPeer',
        EXIT.noNode,
        `The node runs in process ${owner?.pid ?? '?'}, which is not a command-line peer.`,
        "In VS Code, run 'Ggen: Stop Node' or close the window. A command stops its node when it finishes.",
      );
      return Promise.resolve(error);
    },
  );
}
