import { COMMON_OPTIONS } from './flags.ts';
import type { CommandSpec, OptionSpec } from './command-spec.ts';

const COLUMN = 30;

/** The help without a command: all commands, settings and exit codes. */
export function overview(commands: readonly CommandSpec[]): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}`);
  return `ggen-p2p: peer-to-peer packages, without a server

Usage: ggen-p2p COMMAND [options]

Commands:
${lines.join('\n')}

Run 'ggen-p2p COMMAND --help' for options and examples, 'ggen-p2p --version' for the version.
Commands use the running node, of a VS Code window or a peer; without one, they start their own and stop it when done.

Settings are read from flags, then from the environment (GGEN_P2P_LISTEN, GGEN_P2P_BOOTSTRAP, GGEN_P2P_DHT_SERVER, …), then from
the configuration file, then from defaults. Run 'ggen-p2p status --verbose' to see where each one comes from.

Exit codes: 0 success, 1 failure, 2 invalid usage or configuration, 3 not found, 4 unreachable or timed out,
5 rejected, 6 no node running or not usable, 130 and 143 interrupted by a signal.
`;
}

/** The help of one command. */
export function commandHelp({ name, summary, operands, options, notes, examples }: CommandSpec): string {
  const usage = [`ggen-p2p ${name}`, operands, '[options]'].filter((part) => part !== undefined).join(' ');
  return [
    `${summary}.`,
    `Usage: ${usage}`,
    `Options:\n${[...options, ...COMMON_OPTIONS].map(optionLine).join('\n')}`,
    ...(notes === undefined ? [] : [notes]),
    `Examples:\n${examples.map((example) => `  ${example}`).join('\n')}`,
    '',
  ].join('\n\n');
}

function optionLine({ long, short, value, negatable = false, help }: OptionSpec): string {
  const letter = short === undefined ? '    ' : `-${short}, `;
  const name = `  ${letter}--${negatable ? '[no-]' : ''}${long}${value === undefined ? '' : ` ${value}`}`;
  return name.length < COLUMN ? name.padEnd(COLUMN) + help : `${name}\n${' '.repeat(COLUMN)}${help}`;
}
