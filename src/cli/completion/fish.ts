import { COMMON_OPTIONS } from '../command-line/flags.ts';
import type { CommandSpec, OptionSpec } from '../command-line/command-spec.ts';

/** Completion for fish (`complete`, see its manual). */
export function fish(commands: readonly CommandSpec[]): string {
  return [
    '# fish completion for ggen-p2p',
    'complete -c ggen-p2p -f',
    ...commands.map(
      ({ name, summary }) => `complete -c ggen-p2p -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ),
    ...commands.flatMap(commandLines),
    '',
  ].join('\n');
}

function commandLines({ name, options, complete }: CommandSpec): string[] {
  const condition = `-n '__fish_seen_subcommand_from ${name}'`;
  const operand = complete === undefined ? [] : [`complete -c ggen-p2p ${condition} ${values(complete)}`];
  return [...operand, ...[...options, ...COMMON_OPTIONS].flatMap((option) => optionLines(condition, option))];
}

function optionLines(condition: string, { long, short, value, negatable, help, complete }: OptionSpec): string[] {
  const letter = short === undefined ? '' : ` -s ${short}`;
  const argument = value === undefined ? '' : ` -r${complete === undefined ? '' : ` ${values(complete)}`}`;
  return [
    `complete -c ggen-p2p ${condition} -l ${long}${letter}${argument} -d ${quoted(help)}`,
    ...(negatable === true ? [`complete -c ggen-p2p ${condition} -l no-${long} -d ${quoted(`not: ${help}`)}`] : []),
  ];
}

function values(complete: NonNullable<OptionSpec['complete']>): string {
  if (complete === 'file') return '-F';
  if (complete === 'folder') return "-a '(__fish_complete_directories)'";
  return `-a ${quoted(complete.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
