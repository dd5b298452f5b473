import { CLI_COMMANDS, visibleCommands } from './commands/commands.ts';
import { EXIT, commandFailure } from './errors/exit-codes.ts';
import { didYouMean } from './command-line/did-you-mean.ts';
import type { Flags } from './command-line/flags.ts';
import { parseFlags } from './command-line/flags.ts';
import { commandHelp, overview } from './command-line/help.ts';
import { commandTimeoutMs } from './command-line/options.ts';
import type { Format } from './output/console.ts';
import { Console, FORMATS } from './output/console.ts';
import { loadWidths } from './output/width.ts';
import { VERSION } from './version.ts';
import type { CommandSpec } from './command-line/command-spec.ts';
import { withTimeLimit } from './session/time-limit.ts';
import { stopRequest } from './session/stop-signal.ts';
import { UsageError } from './command-line/usage-error.ts';

/** Longest time that stopping may take. The engine's own timeout is shorter. */
const STOP_TIMEOUT_MS = 4_800;

/** Run the command line. Resolves to its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { signal, stop, exitCode } = stopRequest();
  signal.addEventListener('abort', exitAfterTimeout, { once: true });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', stop);
  const [name] = args;
  const command = CLI_COMMANDS.find((known) => known.name === name);
  let output = consoleOf(typedFormat(args) ?? 'table');
  try {
    if (command === undefined) return runGlobal(name, args, output);
    const flags = parseFlags(command, args.slice(1));
    output = consoleFor(flags);
    if (flags.isEnabled('help')) {
      output.text(commandHelp(command));
      return EXIT.done;
    }
    process.chdir(startFolder());
    await loadWidths();
    // Before the command runs: a wrong flag would leave its promise without a handler.
    const limitMs = timeLimitMs(command, flags);
    const running = command.run({ flags, console: output, signal, reads: isReading(command, flags) });
    return await withTimeLimit(running, limitMs, STOP_TIMEOUT_MS);
  } catch (error) {
    const { code, ...failure } = commandFailure(error, command?.name, signal.aborted);
    output.error(failure);
    return signal.aborted ? (exitCode() ?? code) : code;
  }
}

function isReading({ reads = () => false }: CommandSpec, flags: Flags): boolean {
  return reads === true || reads(flags);
}

/** The longest time that a command may take: none unless `--timeout` was given, which bounds each command itself. */
function timeLimitMs(command: CommandSpec, flags: Flags): number {
  if (!flags.has('timeout')) return Infinity;
  const timeoutMs = commandTimeoutMs(flags, 0);
  return command.timeLimitMs?.(flags, timeoutMs) ?? timeoutMs;
}

/** Handle help and version. @throws UsageError for an unknown command */
function runGlobal(name: string | undefined, args: readonly string[], output: Console): number {
  if (name === '--version' || name === '-V') {
    output.text(`${VERSION}\n`);
    return EXIT.done;
  }
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const about = args.slice(1).find((arg) => !arg.startsWith('-'));
    output.text(about === undefined ? overview(visibleCommands()) : commandHelp(commandNamed(about)));
    return EXIT.done;
  }
  throw name.startsWith('-')
    ? new UsageError(`Unknown option '${name}'. Options follow the command.`)
    : unknownCommand(name);
}

/** @throws UsageError for an unknown command */
function commandNamed(name: string): CommandSpec {
  const command = CLI_COMMANDS.find((known) => known.name === name);
  if (command === undefined) throw unknownCommand(name);
  return command;
}

function unknownCommand(name: string): UsageError {
  const names = visibleCommands().map((known) => known.name);
  return new UsageError(`Unknown command '${name}'.${didYouMean(name, names)}`);
}

/** @throws UsageError for an unknown format */
function consoleFor(flags: Flags): Console {
  const requested = flags.text('format') ?? 'table';
  const format = formatNamed(requested);
  if (format === undefined) throw new UsageError(`--format must be one of ${FORMATS.join(', ')}, not '${requested}'.`);
  return consoleOf(format);
}

function consoleOf(format: Format): Console {
  return new Console({ stdout: process.stdout, stderr: process.stderr, env: process.env, format });
}

function formatNamed(name: string | undefined): Format | undefined {
  return FORMATS.find((known) => known === name);
}

/** The format in arguments that may be invalid otherwise, so that a program gets usage errors in its format. */
function typedFormat(args: readonly string[]): Format | undefined {
  const index = args.findIndex((arg) => /^(?:-f|--format)(?:=|$)/.test(arg));
  return formatNamed(args[index]?.split('=')[1] ?? args[index + 1]);
}

/** Base of relative paths. npm runs scripts in the project's folder, and names the caller's folder in INIT_CWD. */
function startFolder(): string {
  const typedIn = process.env['npm_lifecycle_event'] === 'peer' ? process.env['INIT_CWD'] : undefined;
  return typedIn === undefined || typedIn === '' ? process.cwd() : typedIn;
}

/** Exit although a component hangs: acknowledged writes are durable by then. */
function exitAfterTimeout(): void {
  setTimeout(() => process.exit(EXIT.failed), STOP_TIMEOUT_MS).unref();
}
