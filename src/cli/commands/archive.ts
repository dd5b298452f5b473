import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GgenError } from '../../shared/errors.ts';
import type { ArchiveReceipt } from '../../shared/model.ts';
import { CommandError } from '../errors/command-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { ENGINE_OPTIONS, LOCAL_OPTIONS, sessionOptions } from '../session/session-options.ts';
import type { Console } from '../output/console.ts';
import { progressBar } from '../output/progress.ts';
import { bytes } from '../output/units.ts';
import { withSession } from '../session/session.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { packageOperand } from './package-operand.ts';
import { resolveOperand } from './resolve-operand.ts';

export const exportCommand: CommandSpec = {
  name: 'export',
  summary: 'Export a release and its signed record to a single file',
  operands: 'ID FILE',
  complete: 'package',
  completeNext: 'file',
  reads: true,
  options: [{ long: 'replace', help: 'replace FILE if it exists' }, ...ENGINE_OPTIONS],
  notes: 'For machines without a network. Run import there to read the file and verify every byte.',
  examples: ['ggen-p2p export rust-error-types@0.2.1 ./errors.car'],
  run: async (context) => {
    const [id, file, ...rest] = context.flags.operands;
    if (id === undefined || file === undefined || rest.length > 0)
      throw new UsageError('export requires a package and a file.');
    const named = packageOperand(id);
    const to = resolve(file);
    if (!context.flags.isEnabled('replace') && (await fileAt(to)) !== undefined) {
      throw new CommandError(
        'FileExists',
        EXIT.failed,
        `${to} already exists.`,
        'Choose another file, or replace it with --replace.',
      );
    }
    const bar = progressBar(context.console);
    await withSession(await sessionOptions(context, 'optional'), async ({ engine }, signal) => {
      const progress = { signal, onProgress: bar.onProgress };
      const request = { ...(await resolveOperand(context, engine, named, signal)), to };
      printReceipt(context.console, 'Exported', await engine.exportPackage(request, progress).finally(bar.end));
    });
    return EXIT.done;
  },
};

export const importCommand: CommandSpec = {
  name: 'import',
  summary: 'Import a release from an exported file and verify every byte',
  operands: 'FILE',
  complete: 'file',
  options: [...LOCAL_OPTIONS],
  notes: 'The release can then be installed offline.',
  examples: ['ggen-p2p import ./errors.car', 'ggen-p2p install rust-error-types --to ./errors'],
  run: async (context) => {
    const from = resolve(context.flags.singleOperand('import requires exactly one file'));
    const found = await fileAt(from);
    if (found === undefined) throw new GgenError('FileNotFound', `There is no file ${from}.`);
    if (!found.isFile()) throw new UsageError(`${from} is not a file.`);
    const bar = progressBar(context.console);
    await withSession(await sessionOptions(context, 'none'), async ({ engine }, signal) => {
      const progress = { signal, onProgress: bar.onProgress };
      printReceipt(context.console, 'Imported', await engine.importPackage({ from }, progress).finally(bar.end));
    });
    return EXIT.done;
  },
};

/** What is at a path; undefined when nothing is. */
async function fileAt(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  });
}

function printReceipt(
  output: Console,
  done: string,
  { id, version, root, path, bytes: size, blocks }: ArchiveReceipt,
): void {
  output.result({ package_id: id, version, root, path, bytes: size, blocks }, (view) => {
    return `${view.success(done)} ${id}@${version}\n${view.dim(`${bytes(size)}, ${blocks} blocks, ${path}`)}`;
  });
}
