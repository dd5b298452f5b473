import { COMMON_OPTIONS } from './flags.ts';
import type { CommandSpec, OptionSpec } from './command-spec.ts';

const COLUMN = 30;

/** What there is, command by command. */
export function overview(commands: readonly CommandSpec[]): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}`);
  return `ggen-p2p: packages from peer to peer, without a server

Usage: ggen-p2p COMMAND [options]

Commands:
${lines.join('\n')}

'ggen-p2p COMMAND --help' tells the options and shows examples; 'ggen-p2p --version' tells the version.
A command works with the node that runs, in a window of VS Code or as a peer, else runs one for its own time.

Settings come from flags, else from the environment (GGEN_P2P_LISTEN, GGEN_P2P_BOOTSTRAP, GGEN_P2P_DHT_SERVER, …), else from
the configuration file, else from the defaults: 'ggen-p2p status --verbose' tells which.

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 not found, 4 nobody reached or too late,
5 refused, 6 no node runs or it cannot be used, 130 and 143 ended by a signal.
`;
}

/** Everything about one command. */
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

function optionLine({ long, short, value, help }: OptionSpec): string {
  const letter = short === undefined ? '    ' : `-${short}, `;
  const name = `  ${letter}--${long}${value === undefined ? '' : ` ${value}`}`;
  return name.length < COLUMN ? name.padEnd(COLUMN) + help : `${name}\n${' '.repeat(COLUMN)}${help}`;
}
