import { COMMON_OPTIONS } from '../command-line/flags.ts';
import type { CommandSpec, Completion, OptionSpec } from '../command-line/command-spec.ts';

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

function commandLines({ name, options, complete, completeNext }: CommandSpec): string[] {
  const seen = `__fish_seen_subcommand_from ${name}`;
  const condition = `-n '${seen}'`;
  return [
    ...operandLines(seen, complete, completeNext),
    ...[...options, ...COMMON_OPTIONS].flatMap((option) => optionLines(condition, option)),
  ];
}

function operandLines(seen: string, first: Completion | undefined, next: Completion | undefined): string[] {
  if (first === undefined) return [];
  if (next === undefined || typeof first !== 'object')
    return [first, next].flatMap((one) =>
      one === undefined ? [] : [`complete -c ggen-p2p -n '${seen}' ${values(one)}`],
    );
  const action = `__fish_seen_subcommand_from ${first.join(' ')}`;
  return [
    `complete -c ggen-p2p -n '${seen}; and not ${action}' ${values(first)}`,
    `complete -c ggen-p2p -n '${seen}; and ${action}' ${values(next)}`,
  ];
}

function optionLines(condition: string, { long, short, value, negatable, help, complete }: OptionSpec): string[] {
  const letter = short === undefined ? '' : ` -s ${short}`;
  const argument = value === undefined ? '' : ` -r${complete === undefined ? '' : ` ${values(complete)}`}`;
  return [
    `complete -c ggen-p2p ${condition} -l ${long}${letter}${argument} -d ${quoted(help)}`,
    ...(negatable === true ? [`complete -c ggen-p2p ${condition} -l no-${long} -d ${quoted(`not: ${help}`)}`] : []),
  ];
}

function values(complete: Completion): string {
  switch (complete) {
    case 'file':
      return '-F';
    case 'folder':
      return "-a '(__fish_complete_directories)'";
    case 'installed':
      // An installation can be named by its folder too.
      return `-F ${live(complete)}`;
    case 'package':
    case 'kept':
    case 'peer':
    case 'publisher':
      return live(complete);
    default:
      return `-a ${quoted(complete.join(' '))}`;
  }
}

function live(kind: string): string {
  return `-a '(ggen-p2p complete ${kind} 2> /dev/null)'`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
