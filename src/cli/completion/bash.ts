import { COMMON_OPTIONS } from '../flags.ts';
import type { CommandSpec, OptionSpec } from '../spec.ts';

/** Completion for bash 4.1 or newer (programmable completion, see its manual). */
export function bash(commands: readonly CommandSpec[]): string {
  return `# bash completion for ggen-p2p
_ggen_p2p() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} help --help --version" -- "$cur"))
    return
  fi
  case "$command" in
${commands.map(commandCase).join('\n')}
  esac
}
complete -F _ggen_p2p ggen-p2p
`;
}

function commandCase({ name, options, complete }: CommandSpec): string {
  const all = [...options, ...COMMON_OPTIONS];
  const values = all.flatMap((option) => (option.value === undefined ? [] : [valueCase(option)]));
  const cases = values.length === 0 ? '' : `\n      case "$prev" in\n${values.join('\n')}\n      esac`;
  const words = all.map(({ long }) => `--${long}`).join(' ');
  return `    ${name})${cases}
      if [[ "$cur" == -* ]]; then COMPREPLY=($(compgen -W "${words}" -- "$cur"))
      else ${reply(complete)}; fi ;;`;
}

function valueCase({ long, short, complete }: OptionSpec): string {
  const names = [`--${long}`, ...(short === undefined ? [] : [`-${short}`])].join('|');
  return `        ${names}) ${reply(complete)}; return ;;`;
}

function reply(complete: OptionSpec['complete']): string {
  if (complete === undefined) return ':';
  if (complete === 'file') return 'COMPREPLY=($(compgen -f -- "$cur"))';
  if (complete === 'folder') return 'COMPREPLY=($(compgen -d -- "$cur"))';
  return `COMPREPLY=($(compgen -W "${complete.join(' ')}" -- "$cur"))`;
}
