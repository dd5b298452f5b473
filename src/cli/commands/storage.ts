import type { Engine } from '../../shared/api/index.ts';
import type { RepairResult, StorageReport } from '../../shared/model.ts';
import type { CommandContext, CommandSpec } from '../command-line/command-spec.ts';
import { ENGINE_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { View } from '../output/console.ts';
import { progressBar } from '../output/progress.ts';
import { sanitize } from '../output/sanitize.ts';
import { bytes } from '../output/units.ts';
import { withSession } from '../session/session.ts';

const ACTIONS = ['clean', 'verify'] as const;
/** Hashing a full store takes minutes. */
const DEFAULT_TIMEOUT_SECONDS = 3_600;

export const storage: CommandSpec = {
  name: 'storage',
  summary: 'Remove stored data that is no longer needed, or verify and repair all stored data',
  operands: 'clean | verify',
  complete: ACTIONS,
  options: [...ENGINE_OPTIONS],
  notes:
    'clean removes no package that is published, installed, or kept offline. verify hashes all stored data, removes damaged\n' +
    'blocks, and fetches them again from other peers. It exits with code 1 if something could not be repaired.',
  examples: ['ggen-p2p storage clean', 'ggen-p2p storage verify --format json'],
  run: async (context) => {
    const action = context.flags.action('storage', ACTIONS);
    const options = await sessionOptions(context, action === 'verify' ? 'optional' : 'none', DEFAULT_TIMEOUT_SECONDS);
    return withSession(options, ({ engine }, signal) =>
      action === 'clean' ? clean(context, engine, signal) : verifyAll(context, engine, signal),
    );
  },
};

async function clean(
  { console: output }: CommandContext,
  engine: Pick<Engine, 'cleanUpStorage'>,
  signal: AbortSignal,
): Promise<number> {
  const removed = await engine.cleanUpStorage({}, { signal });
  output.result({ removed_blocks: removed.blocks, removed_bytes: removed.bytes }, (view) =>
    removed.blocks === 0 ? 'Nothing to remove.' : `${view.success('Removed')} ${bytes(removed.bytes)}`,
  );
  return EXIT.done;
}

async function verifyAll(
  { console: output }: CommandContext,
  engine: Pick<Engine, 'verifyStorage'>,
  signal: AbortSignal,
): Promise<number> {
  const bar = progressBar(output);
  const onProgress = (step: { readonly bytes: number; readonly totalBytes: number }): void => {
    bar.onProgress({ phase: 'verify', files: 0, bytes: step.bytes, totalBytes: step.totalBytes });
  };
  const report = await engine.verifyStorage({}, { signal, onProgress }).finally(bar.end);
  output.result(reportOutput(report), (view) => formatReport(report, view));
  return report.unrepaired.length > 0 ? EXIT.failed : EXIT.done;
}

function reportOutput({ blocks, bytes: size, damaged, repaired, unrepaired }: StorageReport): unknown {
  const one = ({ id, version, reason }: RepairResult): unknown => ({
    package_id: id,
    version,
    reason: reason ?? null,
  });
  return { blocks, bytes: size, damaged_blocks: damaged, repaired: repaired.map(one), unrepaired: unrepaired.map(one) };
}

function formatReport({ blocks, bytes: size, damaged, repaired, unrepaired }: StorageReport, view: View): string {
  return [
    `${bytes(size)} in ${blocks} blocks verified: ${damaged === 0 ? view.success('no damage found') : view.warn(`${damaged} damaged or missing`)}.`,
    ...repaired.map(({ id, version }) => `${view.success('✓')} repaired ${id}@${version}`),
    ...unrepaired.map(({ id, version, reason = '' }) => `${view.error('✗')} ${id}@${version}: ${sanitize(reason)}`),
  ].join('\n');
}
