import { EXIT } from '../errors/exit-codes.ts';
import { ENGINE_OPTIONS } from '../session/session-options.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { packageOperand } from './package-operand.ts';
import { ACCEPT_ROOT_OPTION, changeProject, CHOOSE_OPTION, PROJECT_OPTIONS } from './project.ts';

export const update: CommandSpec = {
  name: 'update',
  summary: "Update a project's packages to the latest versions that satisfy all requirements",
  operands: '[ID…]',
  complete: 'installed',
  reads: (flags) => flags.isEnabled('dry-run'),
  options: [...PROJECT_OPTIONS, CHOOSE_OPTION, ACCEPT_ROOT_OPTION, ...ENGINE_OPTIONS],
  notes: 'Updates all packages if no ID is given. ID@VERSION requests a specific version or range.',
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
  summary: 'Remove packages, and dependencies that are no longer needed, from a project',
  operands: 'ID…',
  complete: 'installed',
  reads: (flags) => flags.isEnabled('dry-run'),
  options: [...PROJECT_OPTIONS, ...ENGINE_OPTIONS],
  examples: ['ggen-p2p uninstall rust-error-types'],
  run: async (context) => {
    const packages = context.flags.operands;
    if (packages.length === 0) throw new UsageError('Specify at least one package.');
    for (const one of packages) packageOperand(one);
    await changeProject(context, { mode: 'remove', packages }, 'optional');
    return EXIT.done;
  },
};
