import { COMMON_OPTIONS } from '../command-line/flags.ts';
import { optionNames } from '../command-line/command-spec.ts';
import type { CommandSpec, Completion, OptionSpec } from '../command-line/command-spec.ts';

/** Completion for bash 4.1 or newer (programmable completion, see its manual). */
export function bash(commands: readonly CommandSpec[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `# bash completion for ggen-p2p
_ggen_p2p_live() {
  COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]}" complete "$1" 2> /dev/null)" -- "$2"))
}
_ggen_p2p() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  # --option=value comes as three words.
  if [[ "$cur" == "=" ]]; then cur=""
  elif [[ "$prev" == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W "${names} help --help --version" -- "$cur"))
    return
  fi
  case "$command" in
    help) COMPREPLY=($(compgen -W "${names}" -- "$cur")) ;;
${commands.map(commandCase).join('\n')}
  esac
}
complete -F _ggen_p2p ggen-p2p
`;
}

function commandCase({ name, options, complete, completeNext }: CommandSpec): string {
  const all = [...options, ...COMMON_OPTIONS];
  const values = all.flatMap((option) => (option.value === undefined ? [] : [valueCase(option)]));
  const cases = values.length === 0 ? '' : `\n      case "$prev" in\n${values.join('\n')}\n      esac`;
  const words = all
    .flatMap(optionNames)
    .filter((name) => name.startsWith('--'))
    .join(' ');
  return `    ${name})${cases}
      if [[ "$cur" == -* ]]; then COMPREPLY=($(compgen -W "${words}" -- "$cur"))
      else ${operand(name, complete, completeNext)}; fi ;;`;
}

function valueCase(option: OptionSpec): string {
  return `        ${optionNames(option).join('|')}) ${reply(option.complete)}; return ;;`;
}

/** Completion of operands: the first one, and what follows it where that is something else. */
function operand(command: string, first: Completion | undefined, next: Completion | undefined): string {
  if (next === undefined) return reply(first);
  // What follows an action follows one of its words; what follows another operand follows anything but the command.
  return typeof first === 'object'
    ? `case "$prev" in ${first.join('|')}) ${reply(next)} ;; *) ${reply(first)} ;; esac`
    : `case "$prev" in ${command}) ${reply(first)} ;; *) ${reply(next)} ;; esac`;
}

function reply(complete: Completion | undefined): string {
  switch (complete) {
    case undefined:
      return ':';
    case 'file':
      return paths('-f');
    case 'folder':
      return paths('-d');
    case 'installed':
      // An installation can be named by its folder too.
      return `compopt -o default 2> /dev/null; ${live(complete)}`;
    case 'package':
    case 'kept':
    case 'peer':
    case 'publisher':
      return live(complete);
    default:
      return `COMPREPLY=($(compgen -W "${complete.join(' ')}" -- "$cur"))`;
  }
}

function live(kind: string): string {
  return `_ggen_p2p_live ${kind} "$cur"`;
}

/** Completes paths one per line, so that the shell escapes spaces in them; `filenames` lets it mark folders. */
function paths(kind: '-f' | '-d'): string {
  return `compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen ${kind} -- "$cur")`;
}
