import { resolve } from 'node:path';
import type { InstalledPackage } from '../../shared/model.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { Flags } from '../command-line/flags.ts';
import { ENGINE_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { progressBar } from '../output/progress.ts';
import { bytes, isoTime } from '../output/units.ts';
import { withSession } from '../session/session.ts';
import type { CommandContext, CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { ownUmask } from '../command-line/umask.ts';
import { packageOperand } from './package-operand.ts';
import { ACCEPT_ROOT_OPTION, changeProject, CHOOSE_OPTION, PROJECT_OPTIONS } from './project.ts';
import { resolveOperand } from './resolve-operand.ts';

export const install: CommandSpec = {
  name: 'install',
  summary: 'Install packages into a project, or a single release into a folder, and verify every byte',
  operands: '[ID…]',
  complete: 'package',
  reads: (flags) => flags.isEnabled('dry-run'),
  options: [
    {
      long: 'to',
      value: 'DIR',
      complete: 'folder',
      help: 'install a single release, without its dependencies, into this new or empty folder',
    },
    { long: 'version', value: 'V', help: 'exact version or range; same as ID@V' },
    { long: 'folder', value: 'DIR', help: 'folder in the project to install packages into (default packages)' },
    ...PROJECT_OPTIONS,
    CHOOSE_OPTION,
    ACCEPT_ROOT_OPTION,
    ...ENGINE_OPTIONS,
  ],
  notes:
    'ID is publisher/name or name, optionally with @version (exact or a range). Without --to, packages and their dependencies\n' +
    'are installed into the project and recorded in ggen.lock. Without an ID, installs exactly what ggen.lock lists.\n' +
    'A name means the package that ggen.lock lists, else that of the publisher of your other packages, of a publisher that you\n' +
    'trust or have installed from, or the only one. Otherwise you choose one.',
  examples: [
    'ggen-p2p install rust-error-types',
    'ggen-p2p install',
    "ggen-p2p install 'my-pack@^1' --to ./here --format json",
  ],
  run: async (context) => {
    const { flags } = context;
    if (flags.has('to')) await installInto(context);
    else if (flags.operands.length === 0) await changeProject(context, { mode: 'lock' }, 'optional');
    else
      await changeProject(context, { mode: 'add', packages: requestedPackages(flags), ...folderOf(flags) }, 'optional');
    return EXIT.done;
  },
};

async function installInto(context: CommandContext): Promise<void> {
  const { flags, console: output } = context;
  const [id, version] = packageAndVersion(
    flags,
    flags.singleOperand('install --to requires exactly one package: publisher/name or name'),
  );
  const to = resolve(flags.text('to') ?? '');
  const bar = progressBar(output);
  await withSession(await sessionOptions(context, 'optional'), async ({ engine }, signal) => {
    const named = version === undefined ? { id } : { id, version };
    const request = { ...(await resolveOperand(context, engine, named, signal)), to };
    const installed = await engine
      .install({ ...request, ...(await ownUmask()) }, { signal, onProgress: bar.onProgress })
      .finally(bar.end);
    output.result(installedOutput(installed), (view) => {
      const { path, files, size, received = 0 } = installed;
      const what = `${installed.id}@${installed.version}`;
      return `${view.success('Installed')} ${what}\n${view.dim(`${files} files, ${bytes(size)} (${bytes(received)} received), in ${path}`)}`;
    });
  });
}

function installedOutput(installed: InstalledPackage): Readonly<Record<string, unknown>> {
  const { id, version, root, path, files, size, received = 0, installedAt } = installed;
  return {
    package_id: id,
    version,
    root,
    path,
    files,
    size,
    bytes_received: received,
    installed_at: isoTime(installedAt),
  };
}

function requestedPackages(flags: Flags): string[] {
  if (flags.has('version') && flags.operands.length > 1)
    throw new UsageError('--version applies to a single package. Use ID@VERSION instead.');
  return flags.operands.map((operand) => {
    const [id, version] = packageAndVersion(flags, operand);
    return version === undefined ? id : `${id}@${version}`;
  });
}

function folderOf(flags: Flags): { folder?: string } {
  const folder = flags.text('folder');
  return folder === undefined ? {} : { folder };
}

function packageAndVersion(flags: Flags, operand: string): [id: string, version: string | undefined] {
  const { id, version } = packageOperand(operand);
  const named = flags.text('version');
  if (named !== undefined && version !== undefined) {
    throw new UsageError('Specify the version only once: after @ or with --version.');
  }
  return [id, named ?? version];
}
