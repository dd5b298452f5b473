import { SHELLS } from '../completion/shells.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';

/** @param commands gives the commands to complete, which include this one */
export function completion(commands: () => readonly CommandSpec[]): CommandSpec {
  const names = Object.keys(SHELLS);
  return {
    name: 'completion',
    summary: 'Print a completion script for a shell',
    operands: names.join(' | '),
    complete: names,
    options: [],
    notes:
      'bash: source <(ggen-p2p completion bash)\n' +
      'zsh:  ggen-p2p completion zsh > "${fpath[1]}/_ggen-p2p"\n' +
      'fish: ggen-p2p completion fish > ~/.config/fish/completions/ggen-p2p.fish',
    examples: ['source <(ggen-p2p completion bash)'],
    run: ({ flags, console: output }) => {
      const shell = flags.singleOperand(`completion requires exactly one shell: ${names.join(', ')}`);
      const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
      if (script === undefined)
        throw new UsageError(`No completion script for '${shell}'. Choose ${names.join(', ')}.`);
      output.text(script(commands()));
      return Promise.resolve(EXIT.done);
    },
  };
}
