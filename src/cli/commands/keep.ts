import { GgenError } from '../../shared/errors.ts';
import type { KeptRelease } from '../../shared/model.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { ENGINE_OPTIONS, LOCAL_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { View } from '../output/console.ts';
import { progressBar } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { ago, bytes, isoTime } from '../output/units.ts';
import { withSession } from '../session/session.ts';
import { namesPackage, packageOperand } from './package-operand.ts';
import { resolveOperand } from './resolve-operand.ts';

export const keep: CommandSpec = {
  name: 'keep',
  summary: 'Fetch a release and keep it offline, or list the releases that are kept offline',
  operands: '[ID[@VERSION]]',
  complete: 'package',
  reads: ({ operands }) => operands.length === 0,
  options: [...ENGINE_OPTIONS],
  notes: 'Releases that are kept offline are seeded and never removed to free up space. Without an ID, lists them.',
  examples: ['ggen-p2p keep rust-error-types', 'ggen-p2p keep rust-error-types@0.2.1', 'ggen-p2p keep'],
  run: async (context) => {
    const { flags, console: output } = context;
    if (flags.operands.length === 0) {
      await withSession(await sessionOptions(context, 'none'), async ({ engine }, signal) => {
        const kept = await engine.kept({}, { signal });
        output.result({ kept: kept.map(keptOutput), total: kept.length }, (view) => formatKept(kept, view));
      });
      return EXIT.done;
    }
    const named = packageOperand(flags.singleOperand('keep requires at most one release'));
    const bar = progressBar(output);
    await withSession(await sessionOptions(context, 'optional'), async ({ engine }, signal) => {
      const request = await resolveOperand(context, engine, named, signal);
      const kept = await engine.keep(request, { signal, onProgress: bar.onProgress }).finally(bar.end);
      const { id, version, files, size } = kept;
      output.result(keptOutput(kept), (view) => {
        return `${view.success('Kept')} ${id}@${version}\n${view.dim(`${files} files, ${bytes(size)}`)}`;
      });
    });
    return EXIT.done;
  },
};

export const unkeep: CommandSpec = {
  name: 'unkeep',
  summary: 'Stop keeping a release, or all kept releases of a package',
  operands: 'ID[@VERSION]',
  complete: 'kept',
  options: [...LOCAL_OPTIONS],
  notes: 'Its data is kept until the space is needed. Installed copies are not removed.',
  examples: ['ggen-p2p unkeep rust-error-types@0.2.1', 'ggen-p2p unkeep rust-error-types'],
  run: async (context) => {
    const { flags, console: output } = context;
    const operand = packageOperand(flags.singleOperand('unkeep requires exactly one package or release'));
    await withSession(await sessionOptions(context, 'none'), async ({ engine }, signal) => {
      const kept = (await engine.kept({}, { signal })).filter(
        (one) => namesPackage(operand, one) && one.version === (operand.version ?? one.version),
      );
      const [id, ...others] = new Set(kept.map((one) => one.id));
      if (others.length > 0) {
        const candidates = [...new Set(kept.map((one) => one.id))];
        throw new GgenError('PackageAmbiguous', `Several packages named '${operand.id}' are kept offline.`, {
          details: { id: operand.id, candidates },
        });
      }
      // Without a match, the engine says what is not kept.
      await engine.unkeep({ ...operand, id: id ?? operand.id }, { signal });
      const versions = kept.map(({ version }) => version);
      output.result({ package_id: id ?? operand.id, versions }, (view) => {
        return `${view.success('No longer kept offline:')} ${versions.map((version) => `${id ?? ''}@${version}`).join(', ')}`;
      });
    });
    return EXIT.done;
  },
};

function keptOutput({ id, version, root, files, size, keptAt }: KeptRelease): Readonly<Record<string, unknown>> {
  return { package_id: id, version, root, files, size, kept_at: isoTime(keptAt) };
}

function formatKept(kept: readonly KeptRelease[], view: View): string {
  if (kept.length === 0) return 'No packages are kept offline.';
  const rows = kept.map(({ id, name, version, files, size, keptAt }) => [
    name,
    version,
    String(files),
    bytes(size),
    ago(keptAt),
    id,
  ]);
  const columns = [
    { title: 'NAME' },
    { title: 'VERSION' },
    { title: 'FILES', right: true },
    { title: 'SIZE', right: true },
    { title: 'KEPT' },
    { title: 'ID', whole: true },
  ];
  return table(columns, rows, view);
}
