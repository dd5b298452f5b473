import { COMMON_OPTIONS } from '../command-line/flags.ts';
import { optionNames } from '../command-line/command-spec.ts';
import type { CommandSpec, OptionSpec } from '../command-line/command-spec.ts';

/** Completion for zsh (completion system, `_arguments` and `_describe`, see its manual). */
export function zsh(commands: readonly CommandSpec[]): string {
  return `#compdef ggen-p2p
_ggen_p2p() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${commands.map(commandCase).join('\n')}
  esac
}
_ggen_p2p "$@"
`;
}

function commandCase({ name, options, operands, complete }: CommandSpec): string {
  const specs = [...options, ...COMMON_OPTIONS].flatMap(optionSpecs);
  const rest = operands === undefined ? [] : [quoted(`*:${escaped(operands)}:${action(complete)}`)];
  return `    ${name}) _arguments \\\n${[...specs, ...rest].map((spec) => `      ${spec}`).join(' \\\n')} ;;`;
}

function optionSpecs(option: OptionSpec): string[] {
  const { value, repeatable = false, help, complete } = option;
  const argument = value === undefined ? '' : `:${escaped(value)}:${action(complete)}`;
  return optionNames(option).map((name) => quoted(`${repeatable ? '*' : ''}${name}[${escaped(help)}]${argument}`));
}

function action(complete: OptionSpec['complete']): string {
  if (complete === undefined) return ' ';
  if (complete === 'file') return '_files';
  if (complete === 'folder') return '_files -/';
  return `(${complete.join(' ')})`;
}

function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
