import { errorMessage, errorName, isAbort } from '../shared/errors.ts';
import type { Command } from './arguments.ts';
import { parseCommand } from './arguments.ts';
import { dataFolder, nodeSettings, startFolder } from './environment.ts';
import { HELP } from './help.ts';
import { runOnce } from './once.ts';
import type { Output } from './output.ts';
import { processOutput } from './output.ts';
import { runPeer } from './run.ts';
import { stopSignal } from './stop-signals.ts';
import { UsageError } from './usage-error.ts';

const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

/** Longest time that stopping may take once it was asked for. The engine's own bound lies below. */
const STOP_BOUND_MS = 2_900;

async function main(): Promise<number> {
  const { signal, stop } = stopSignal();
  const output = processOutput(stop);
  signal.addEventListener('abort', endInTime, { once: true });
  try {
    await dispatch(parseCommand(process.argv.slice(2)), output, signal);
    return DONE;
  } catch (error) {
    return failed(error, output, signal);
  }
}

async function dispatch(command: Command, output: Output, signal: AbortSignal): Promise<void> {
  if (command.kind === 'help') {
    process.stdout.write(HELP);
    return;
  }
  const { env, platform } = process;
  process.chdir(startFolder(env));
  const options = {
    dataDir: dataFolder(command.node, env, platform),
    // A node that stays for a moment would only leave dead entries in the routing tables of others.
    settings: nodeSettings(command.node, env, command.kind === 'run' ? 'server' : 'client'),
    output,
  };
  if (command.kind === 'run') await runPeer({ ...options, publish: command.publish }, signal);
  else await runOnce(command, options, signal);
}

function failed(error: unknown, output: Output, signal: AbortSignal): number {
  if (error instanceof UsageError) {
    output.message(`${error.message}\nnpm run peer -- --help shows what there is.`);
    return WRONG_USAGE;
  }
  if (signal.aborted && isAbort(error)) {
    output.message('Stopped before it was done.');
    return FAILED;
  }
  output.event({ event: 'error', name: errorName(error), message: errorMessage(error) });
  output.message(errorMessage(error));
  return FAILED;
}

/** A component that hangs must not keep a peer from ending: what it was told is durable by then. */
function endInTime(): void {
  setTimeout(() => process.exit(FAILED), STOP_BOUND_MS).unref();
}

const code = await main();
// Not by itself: a connection that lingers would keep the process. What was printed is out once this is called.
process.stdout.write('', () => process.exit(code));
