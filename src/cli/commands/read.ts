import type { Engine } from '../../shared/api/index.ts';
import { GgenError } from '../../shared/errors.ts';
import type { FileChange, ReleaseComparison, ReleaseFiles } from '../../shared/model.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { ENGINE_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { View } from '../output/console.ts';
import { sanitizeLines } from '../output/sanitize.ts';
import { table } from '../output/table.ts';
import { bytes } from '../output/units.ts';
import { withSession } from '../session/session.ts';
import { packageOperand } from './package-operand.ts';
import type { PackageOperand } from './package-operand.ts';
import { resolveOperand } from './resolve-operand.ts';

const README_NAME = /^readme(?:\.\w+)?$/i;
const CHANGELOG_NAME = /^(?:changelog|changes|history)(?:\.\w+)?$/i;
/** No document that is read on a terminal is larger. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

export const readme: CommandSpec = {
  name: 'readme',
  summary: 'Print the README of a package without installing it',
  operands: 'ID[@VERSION]',
  complete: 'package',
  reads: true,
  options: [{ long: 'changelog', help: 'print the changelog instead' }, ...ENGINE_OPTIONS],
  examples: ['ggen-p2p readme rust-error-types', 'ggen-p2p readme rust-error-types@0.2.1 --changelog'],
  run: async (context) => {
    const operand = packageOperand(context.flags.singleOperand('readme requires exactly one package'));
    const which = context.flags.isEnabled('changelog') ? 'changelog' : 'readme';
    await withSession(await sessionOptions(context, 'optional'), async ({ engine }, signal) => {
      const named = await resolveOperand(context, engine, operand, signal);
      const { id, version, path } = await findDocument(engine, named, which, signal);
      const { bytes: content, size } = await engine.readFile({ release: `${id}@${version}`, path }, { signal });
      if (size > MAX_DOCUMENT_BYTES) throw new GgenError('LimitReached', `${path} has ${bytes(size)}.`);
      const text = new TextDecoder().decode(content);
      context.console.result({ package_id: id, version, path, text }, () => sanitizeLines(text).trimEnd());
    });
    return EXIT.done;
  },
};

/** A document of a release: by the CID in the package record, else by its name in the root folder. */
async function findDocument(
  engine: Pick<Engine, 'getPackage' | 'getPackageVersion' | 'readFolder'>,
  operand: PackageOperand,
  which: 'readme' | 'changelog',
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly version: string; readonly path: string }> {
  const { id, release } = await findRelease(engine, operand, signal);
  const { version } = release;
  const { entries } = await engine.readFolder({ release: `${id}@${version}`, path: '' }, { signal });
  const files = entries.filter(({ kind }) => kind === 'file');
  const pattern = which === 'readme' ? README_NAME : CHANGELOG_NAME;
  const found = files.find(({ cid }) => cid === release[which]) ?? files.find(({ name }) => pattern.test(name));
  if (found !== undefined) return { id, version, path: found.name };
  throw new GgenError('FileNotFound', `${id}@${version} has no ${which === 'readme' ? 'README' : 'changelog'}.`, {
    details: { id, version },
  });
}

/** The named release; the latest without a version. @throws GgenError VersionYanked when all are yanked */
async function findRelease(
  engine: Pick<Engine, 'getPackage' | 'getPackageVersion'>,
  { id, version }: PackageOperand,
  signal: AbortSignal,
): ReturnType<Engine['getPackageVersion']> {
  if (version !== undefined) return engine.getPackageVersion({ id, version }, { signal });
  const { id: whole, latest } = await engine.getPackage({ id }, { signal });
  if (latest === undefined)
    throw new GgenError('VersionYanked', `All versions of ${whole} are yanked.`, { details: { id: whole } });
  return engine.getPackageVersion({ id: whole, version: latest }, { signal });
}

export const files: CommandSpec = {
  name: 'files',
  summary: 'List the files of a release without installing it',
  operands: 'ID[@VERSION]',
  complete: 'package',
  reads: true,
  options: [...ENGINE_OPTIONS],
  examples: ['ggen-p2p files rust-error-types', 'ggen-p2p files rust-error-types@0.2.1 --format json'],
  run: async (context) => {
    const operand = packageOperand(context.flags.singleOperand('files requires exactly one release'));
    await withSession(await sessionOptions(context, 'optional'), async ({ engine }, signal) => {
      const named = await resolveOperand(context, engine, operand, signal);
      const found = await engine.listFiles({ release: releaseText(named) }, { signal });
      const output = { release: found.release, files: found.files, total: found.files.length, size: found.size };
      context.console.result(output, (view) => formatFiles(found, view));
    });
    return EXIT.done;
  },
};

function formatFiles({ release, files: found, size }: ReleaseFiles, view: View): string {
  const rows = found.map(({ path, size: fileSize }) => [bytes(fileSize), path]);
  const columns = [
    { title: 'SIZE', right: true },
    { title: 'FILE', whole: true },
  ];
  return `${table(columns, rows, view)}\n${view.dim(`${found.length} files, ${bytes(size)} in ${release}`)}`;
}

export const diff: CommandSpec = {
  name: 'diff',
  summary: 'List the files in which two releases differ',
  operands: 'ID@VERSION [ID@VERSION | VERSION]',
  complete: 'package',
  reads: true,
  options: [...ENGINE_OPTIONS],
  notes: 'The second release can be a version of the same package. It defaults to the latest version.',
  examples: [
    'ggen-p2p diff rust-error-types@0.2.0 0.2.1',
    'ggen-p2p diff rust-error-types@0.2.0',
    'ggen-p2p diff my-pack@1.0.0 z6Mk…/their-pack@1.0.0 --format json',
  ],
  run: async (context) => {
    const { from, to } = comparedReleases(context.flags.operands);
    await withSession(await sessionOptions(context, 'optional'), async ({ engine }, signal) => {
      const before = await resolveOperand(context, engine, from, signal);
      const after = to.id === from.id ? { ...to, id: before.id } : await resolveOperand(context, engine, to, signal);
      const request = { from: releaseText(before), to: releaseText(after) };
      const compared = await engine.compareReleases(request, { signal });
      context.console.result(comparisonOutput(compared), (view) => formatComparison(compared, view));
    });
    return EXIT.done;
  },
};

/** @throws UsageError unless one or two releases are named */
function comparedReleases([first, second, ...rest]: readonly string[]): { from: PackageOperand; to: PackageOperand } {
  if (first === undefined || rest.length > 0)
    throw new UsageError('diff requires one or two releases: ID@VERSION, and ID@VERSION or VERSION.');
  const from = packageOperand(first);
  if (second === undefined && from.version === undefined)
    throw new UsageError('Specify the version to compare with the latest one: ID@VERSION.');
  const to =
    second === undefined ? { id: from.id } : isVersion(second) ? packageOperand(`${from.id}@${second}`) : undefined;
  return { from, to: to ?? packageOperand(second ?? '') };
}

/** Whether it is a version or range and no package id: names with a dot and a digit first would need their publisher. */
function isVersion(text: string): boolean {
  return /^[\d^~<>=*]/.test(text) && !text.includes('/') && !text.includes('@');
}

function comparisonOutput({ from, to, changes }: ReleaseComparison): Readonly<Record<string, unknown>> {
  const count = (kind: FileChange['kind']): number => changes.filter((change) => change.kind === kind).length;
  return {
    from,
    to,
    changes: changes.map(({ path, kind, before, after, executable }) => ({
      path,
      kind,
      before: before ?? null,
      after: after ?? null,
      executable: executable ?? null,
    })),
    added: count('added'),
    changed: count('changed'),
    removed: count('removed'),
    mode: count('mode'),
  };
}

function formatComparison({ from, to, changes }: ReleaseComparison, view: View): string {
  if (changes.length === 0) return `${from} and ${to} have the same files.`;
  const size = (value: number | undefined): string => (value === undefined ? '' : bytes(value));
  const rows = changes.map((change) => [changeText(change), size(change.before), size(change.after), change.path]);
  const columns = [
    { title: 'CHANGE' },
    { title: 'BEFORE', right: true },
    { title: 'AFTER', right: true },
    { title: 'FILE', whole: true },
  ];
  return `${table(columns, rows, view)}\n${view.dim(`from ${from} to ${to}`)}`;
}

/** With what happened to the execute bit, if that differs. */
function changeText({ kind, executable }: FileChange): string {
  if (executable === undefined) return kind;
  return kind === 'added' ? 'added +x' : `${kind} ${executable ? '+x' : '-x'}`;
}

function releaseText({ id, version }: PackageOperand): string {
  return version === undefined ? id : `${id}@${version}`;
}
