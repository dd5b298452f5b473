import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPublisherKey } from '../../identity/publisher-key.ts';
import { notAcceptedError } from '../../shared/acceptance.ts';
import type { Engine } from '../../shared/api/index.ts';
import type { Diagnostic } from '../../shared/model.ts';
import { SECRET_BASELINE_FILE, acceptingLine, baselineEntry, withLines } from '../../shared/secret-baseline.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { Console } from '../output/console.ts';
import { progressBar } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { existingKey } from '../publisher/key.ts';
import { projectTarget } from '../publisher/project-target.ts';
import { LOCAL_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { withSession } from '../session/session.ts';

const ALL = 'all';

export const secrets: CommandSpec = {
  name: 'secrets',
  summary: 'List possible secrets in a project, or record them as reviewed',
  operands: 'PATH',
  complete: 'folder',
  options: [
    {
      long: 'accept',
      value: 'WHAT',
      repeatable: true,
      help: `record in ${SECRET_BASELINE_FILE}: a fingerprint, a folder that ends with a slash, or '${ALL}'; repeatable`,
    },
    ...LOCAL_OPTIONS,
  ],
  notes:
    `${SECRET_BASELINE_FILE} in the project folder accepts possible secrets for everyone who publishes the project, so commit it. ` +
    'Fails if possible secrets are left that are not accepted.',
  examples: [
    'ggen-p2p secrets .',
    'ggen-p2p secrets . --accept all',
    'ggen-p2p secrets . --accept vendor/keys/ --accept 0123456789abcdef',
  ],
  run: async (context) => {
    const { flags, console: output } = context;
    const target = await projectTarget(flags.singleOperand('secrets requires exactly one folder'));
    const accept = flags.texts('accept') ?? [];
    const lines = linesOf(accept);
    if (lines.length > 0) await writeBaseline(target.root, lines);
    const options = await sessionOptions(context, 'none');
    const publisher = (await existingKey(process.env, options.settings.dataDir))?.id ?? createPublisherKey().id;
    await withSession(options, async ({ engine }, signal) => {
      const bar = progressBar(output);
      const find = (): Promise<readonly Diagnostic[]> =>
        findSecrets(engine, { ...target, publisher }, { signal, onProgress: bar.onProgress });
      const found = await find().finally(bar.end);
      const open = found.filter(isOpen);
      if (!accept.includes(ALL) || open.length === 0) {
        printSecrets(output, found);
        if (open.length > 0) throw notAcceptedError(open.flatMap(({ fingerprint }) => fingerprint ?? []));
        return;
      }
      await writeBaseline(target.root, open.map(acceptingLine));
      printAccepted(output, open);
    });
    return EXIT.done;
  },
};

/** Lines for the baseline file from `--accept`. @throws UsageError */
function linesOf(accept: readonly string[]): string[] {
  return accept
    .filter((text) => text !== ALL)
    .map((text) => {
      const entry = baselineEntry(text);
      if (entry !== undefined && 'fingerprint' in entry) return entry.fingerprint;
      if (entry !== undefined && 'folder' in entry) return entry.folder;
      throw new UsageError(
        `--accept takes '${ALL}', a fingerprint of 16 hexadecimal digits, or a folder below the project that ends with a slash, not '${text}'.`,
      );
    });
}

/** Add lines to the baseline file, which is replaced as a whole. */
async function writeBaseline(root: string, lines: readonly string[]): Promise<void> {
  const path = join(root, SECRET_BASELINE_FILE);
  const before = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  const text = withLines(before, lines);
  if (text === before) return;
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text, { flag: 'wx' });
  await rename(temporary, path);
}

/** What the search for secrets says about a project. */
async function findSecrets(
  engine: Pick<Engine, 'draftRelease' | 'discardDraft'>,
  request: Parameters<Engine['draftRelease']>[0],
  options: Parameters<Engine['draftRelease']>[1],
): Promise<readonly Diagnostic[]> {
  const { draft, diagnostics } = await engine.draftRelease(request, options);
  await engine.discardDraft({ draft });
  return diagnostics.filter(({ code }) => code.startsWith('secret'));
}

function isOpen({ severity, fingerprint }: Diagnostic): boolean {
  return severity === 'error' && fingerprint !== undefined;
}

function printSecrets(output: Console, found: readonly Diagnostic[]): void {
  const result = found.map(({ severity, code, path, line, column, fingerprint, message }) => ({
    fingerprint: fingerprint ?? null,
    severity,
    code,
    path,
    line: line ?? null,
    column: column ?? null,
    message,
  }));
  output.result({ secrets: result }, (view) => {
    if (found.length === 0) return 'No possible secrets were found.';
    const columns = [{ title: 'FINGERPRINT' }, { title: 'PLACE', whole: true }, { title: 'FOUND', shrinks: true }];
    const rows = found.map(({ fingerprint, severity, path, line, message }) => [
      fingerprint ?? severity,
      line === undefined ? path : `${path}:${line}`,
      message,
    ]);
    return table(columns, rows, view);
  });
}

function printAccepted(output: Console, accepted: readonly Diagnostic[]): void {
  const fingerprints = accepted.flatMap(({ fingerprint }) => fingerprint ?? []);
  output.result({ file: SECRET_BASELINE_FILE, accepted: fingerprints }, (view) => {
    const count = accepted.length === 1 ? '1 possible secret' : `${accepted.length} possible secrets`;
    return `${view.success('Recorded')} ${count} in ${SECRET_BASELINE_FILE}. Commit the file.`;
  });
}
