import { EXIT } from '../errors/exit-codes.ts';
import { ENGINE_OPTIONS } from '../command-line/options.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { packageOperand } from './install.ts';
import { changeProject, PROJECT_OPTIONS } from './project.ts';

export const update: CommandSpec = {
  name: 'update',
  summary: "Bring a project's packages to newer versions, as far as what wants them allows",
  operands: '[ID…]',
  options: [...PROJECT_OPTIONS, ...ENGINE_OPTIONS],
  notes: 'Without an ID all packages of the project; ID@VERSION asks for a certain version or range.',
  examples: ['ggen-p2p update', 'ggen-p2p update rust-error-types@^2', 'ggen-p2p update --dry-run'],
  run: async (context) => {
    const packages = context.flags.operands;
    for (const one of packages) packageOperand(one);
    await changeProject(context, { mode: 'update', packages }, 'optional');
    return EXIT.done;
  },
};

export const uninstall: CommandSpec = {
  name: 'uninstall',
  summary: 'Take packages out of a project, and what only they needed',
  operands: 'ID…',
  options: [...PROJECT_OPTIONS, ...ENGINE_OPTIONS],
  examples: ['ggen-p2p uninstall rust-error-types'],
  run: async (context) => {
    const packages = context.flags.operands;
    if (packages.length === 0) throw new UsageError('Name at least one package.');
    for (const one of packages) packageOperand(one);
    await changeProject(context, { mode: 'remove', packages }, 'none');
    return EXIT.done;
  },
};
