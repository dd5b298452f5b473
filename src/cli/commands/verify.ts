import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { InstalledPackage, InstallationCheck } from '../../shared/model.ts';
import { GgenError } from '../../shared/errors.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { ENGINE_OPTIONS, sessionOptions } from '../session/session-options.ts';
import type { View } from '../output/console.ts';
import { sanitize } from '../output/sanitize.ts';
import { progressBar } from '../output/progress.ts';
import { withSession } from '../session/session.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';

export const verify: CommandSpec = {
  name: 'verify',
  summary: 'Compare the files of installed packages with their releases',
  operands: '[ID | FOLDER…]',
  complete: 'installed',
  reads: true,
  options: [
    { long: 'strict', help: 'also treat files that are not part of the release as differences' },
    ...ENGINE_OPTIONS,
  ],
  notes:
    'FOLDER is the folder of a package, or of a project with a ggen.lock. Without arguments, checks everything installed on this\n' +
    'machine and in this project. Exits with code 1 if anything differs.',
  examples: ['ggen-p2p verify', 'ggen-p2p verify ./packages/rust-error-types', 'ggen-p2p verify my-pack --format json'],
  run: async (context) => {
    const { flags, console: output } = context;
    const bar = progressBar(output);
    const checks = await withSession(await sessionOptions(context, 'optional'), async ({ engine }, signal) => {
      const folders = [resolve('.'), ...flags.operands.map((operand) => resolve(operand))];
      const chosen = await selectInstalled(
        await engine.installed({ folders, strict: true }, { signal }),
        flags.operands,
      );
      const found: InstallationCheck[] = [];
      for (const { path } of chosen) {
        const progress = { signal, onProgress: bar.onProgress };
        found.push(await engine.verifyInstalled({ path }, progress).finally(bar.end));
      }
      return found;
    });
    const strict = flags.isEnabled('strict');
    const packages = checks.map((state) => checkOutput(state, isIntact(state, strict)));
    const different = packages.filter(({ intact }) => !intact).length;
    output.result({ packages, different }, (view) => formatChecks(checks, strict, view));
    if (checks.some((state) => !isIntact(state, false))) {
      output.note("Restore the files of a project with 'ggen-p2p install --overwrite PATH', '*' for all of them.");
    }
    return different > 0 ? EXIT.failed : EXIT.done;
  },
};

/**
 * The installed packages that the operands name: by id or name, or by the folder of the package or of its project.
 *
 * @throws GgenError NotInstalled when an operand names no installed package
 */
async function selectInstalled(
  installed: readonly InstalledPackage[],
  operands: readonly string[],
): Promise<readonly InstalledPackage[]> {
  if (operands.length === 0) return installed;
  const selected = await Promise.all(
    operands.map(async (operand) => {
      const folder = await realpath(operand).catch(() => resolve(operand));
      const found = installed.filter(
        ({ id, name, path, project }) => id === operand || name === operand || path === folder || project === folder,
      );
      if (found.length > 0) return found;
      throw new GgenError('NotInstalled', `'${operand}' is not installed on this machine.`);
    }),
  );
  return [...new Set(selected.flat())];
}

function isIntact({ changed, missing, extra }: InstallationCheck, strict: boolean): boolean {
  return changed.length === 0 && missing.length === 0 && (!strict || extra.length === 0);
}

function checkOutput(
  state: InstallationCheck,
  intact: boolean,
): { readonly intact: boolean } & Record<string, unknown> {
  const { id, version, path, files, changed, executeBits, missing, extra } = state;
  const execute_bits = { lost: executeBits.lost, added: executeBits.added };
  return { package_id: id, version, path, intact, files, changed, execute_bits, missing, extra };
}

function bitText({ executeBits }: InstallationCheck, file: string): string {
  if (executeBits.lost.includes(file)) return ' (execute bit lost)';
  return executeBits.added.includes(file) ? ' (execute bit added)' : '';
}

function formatChecks(checks: readonly InstallationCheck[], strict: boolean, view: View): string {
  if (checks.length === 0) return 'No packages are installed.';
  return checks
    .map((state) => {
      const { id, version, path, files, changed, missing, extra } = state;
      const mark = isIntact(state, strict) ? view.success('✓') : view.error('✗');
      const differences = [
        ...changed.map((file) => `    changed  ${sanitize(file)}${bitText(state, file)}`),
        ...missing.map((file) => `    missing  ${sanitize(file)}`),
        ...extra.map((file) => `    extra    ${sanitize(file)}`),
      ];
      return [`${mark} ${id}@${version}: ${files} files in ${sanitize(path)}`, ...differences].join('\n');
    })
    .join('\n');
}
