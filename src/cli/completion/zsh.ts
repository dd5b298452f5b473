import { COMMON_OPTIONS } from '../command-line/flags.ts';
import { optionNames } from '../command-line/command-spec.ts';
import type { CommandSpec, Completion, OptionSpec } from '../command-line/command-spec.ts';

/** Completion for zsh (completion system, `_arguments` and `_describe`, see its manual). */
export function zsh(commands: readonly CommandSpec[]): string {
  return `#compdef ggen-p2p
_ggen_p2p_live() {
  local -a found
  found=("\${(@f)$(ggen-p2p complete $1 2> /dev/null)}")
  compadd -a found
}
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

function commandCase({ name, options, operands, complete, completeNext }: CommandSpec): string {
  const specs = [...options, ...COMMON_OPTIONS].flatMap(optionSpecs);
  const rest = operands === undefined ? [] : operandSpecs(escaped(operands), complete, completeNext);
  return `    ${name}) _arguments \\\n${[...specs, ...rest].map((spec) => `      ${spec}`).join(' \\\n')} ;;`;
}

function optionSpecs(option: OptionSpec): string[] {
  const { value, repeatable = false, help, complete } = option;
  const argument = value === undefined ? '' : `:${escaped(value)}:${action(complete)}`;
  return optionNames(option).map((name) => quoted(`${repeatable ? '*' : ''}${name}[${escaped(help)}]${argument}`));
}

function operandSpecs(title: string, first: Completion | undefined, next: Completion | undefined): string[] {
  if (next === undefined) return [quoted(`*:${title}:${action(first)}`)];
  return [quoted(`1:${title}:${action(first)}`), quoted(`*:${title}:${action(next)}`)];
}

function action(complete: Completion | undefined): string {
  switch (complete) {
    case undefined:
      return ' ';
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    case 'installed':
      // An installation can be named by its folder too. Braces make `_arguments` evaluate the text.
      return '{ _ggen_p2p_live installed; _files -/ }';
    case 'package':
    case 'kept':
    case 'peer':
    case 'publisher':
      // After a space, `_arguments` calls the function without options of `compadd`.
      return ` _ggen_p2p_live ${complete}`;
    default:
      return `(${complete.join(' ')})`;
  }
}

function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
