import { createInterface } from 'node:readline/promises';
import type { Engine } from '../../shared/api/index.ts';
import { toPlainError } from '../../shared/errors.ts';
import type { PlainError } from '../../shared/errors.ts';
import type { NameReason, PackageDetails, ResolvedName } from '../../shared/model.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { CommandError } from '../errors/command-error.ts';
import { EXIT, PREFER_PUBLISHER } from '../errors/exit-codes.ts';
import type { CommandContext } from '../command-line/command-spec.ts';
import type { Console } from '../output/console.ts';
import { table } from '../output/table.ts';
import { ago } from '../output/units.ts';
import type { PackageOperand } from './package-operand.ts';

/** Names of one command that the user is asked about. */
const MAX_QUESTIONS = 100;

/** Why a name means a package, for the reasons that the user should know of. */
const REASONS: Readonly<Partial<Record<NameReason, string>>> = {
  project: 'the publisher of your other packages in this project',
  trusted: 'a publisher that you trust',
  known: 'a publisher that you follow or have installed from',
  only: 'the only publisher known to have a package of this name',
};

type NamingEngine = Pick<Engine, 'resolvePackage' | 'getPackage'>;

/**
 * The operand with the full id of its package, as the lock file of the current folder and the user's relation to
 * publishers say. Notes which package a bare name means. On a terminal the user is asked when it is not clear.
 *
 * @throws GgenError PackageNotFound, LockInvalid; CommandError PackageAmbiguous
 */
export async function resolveOperand(
  context: CommandContext,
  engine: NamingEngine,
  operand: PackageOperand,
  signal: AbortSignal,
): Promise<PackageOperand> {
  if (operand.id.includes('/')) return operand;
  const id = await retryWithChoices(context, engine, [], signal, async ([chosen]) => {
    if (chosen !== undefined) return chosen;
    const resolved = await engine.resolvePackage({ id: operand.id, project: process.cwd() }, { signal });
    noteNames(context.console, [resolved]);
    return resolved.id;
  });
  return { ...operand, id };
}

/** Say which packages bare names mean, and how to be exact, unless the lock file or the user's own key decided it. */
export function noteNames(output: Console, names: readonly ResolvedName[]): void {
  for (const { name, id, reason, others } of names) {
    const why = REASONS[reason];
    if (why === undefined) continue;
    const more = others.length === 0 ? '' : ` Other publishers use this name, too.`;
    output.note(`note: '${name}' means ${id}, from ${why}.${more} Use the full ID to be exact.`);
  }
}

/**
 * Do something that may find several packages of one name, and ask the user which one each name means.
 *
 * @param attempt gets the ids that were chosen so far
 * @throws CommandError PackageAmbiguous without a terminal; what `attempt` throws
 */
export async function retryWithChoices<T>(
  context: CommandContext,
  engine: Pick<Engine, 'getPackage'>,
  first: readonly string[],
  signal: AbortSignal,
  attempt: (choices: readonly string[]) => Promise<T>,
): Promise<T> {
  const choices = [...first];
  for (let asked = 0; ; asked++) {
    try {
      return await attempt(choices);
    } catch (error) {
      // By its form: the engine of this process is another bundle, with a class of its own.
      const plain = toPlainError(error);
      const candidates = candidatesOf(plain);
      if (candidates.length === 0 || asked >= MAX_QUESTIONS) throw error;
      choices.push(await choosePackage(context, engine, plain, candidates, signal));
    }
  }
}

function candidatesOf({ details: { candidates } }: PlainError): readonly string[] {
  return Array.isArray(candidates) ? candidates.map(String) : [];
}

async function choosePackage(
  { console: output }: CommandContext,
  engine: Pick<Engine, 'getPackage'>,
  error: PlainError,
  candidates: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const found = await Promise.all(candidates.map((id) => engine.getPackage({ id }, { signal }).catch(() => ({ id }))));
  const isTerminal = output.format === 'table' && process.stdin.isTTY && process.stderr.isTTY;
  const list = candidateTable(found, isTerminal, process.stderr.isTTY ? process.stderr.columns : undefined);
  if (!isTerminal) {
    const next =
      error.name === 'PackageAmbiguous'
        ? PREFER_PUBLISHER
        : "Choose one with --choose ID, or prefer its publisher from now on with 'ggen-p2p publisher trust ID'.";
    throw new CommandError('PackageAmbiguous', EXIT.notFound, error.message, next, {
      details: { ...error.details, candidates },
      list,
    });
  }
  output.note(`${error.message}\n${list}`);
  const typed = await ask(`Which one? [1-${candidates.length}] `, signal);
  const chosen = /^\d+$/.test(typed) ? candidates[Number(typed) - 1] : candidates.find((id) => id === typed);
  if (chosen === undefined) throw new UsageError(`Nothing was chosen. Type a number from 1 to ${candidates.length}.`);
  return chosen;
}

function candidateTable(
  found: readonly (PackageDetails | { readonly id: string })[],
  numbered: boolean,
  width: number | undefined,
): string {
  const rows = found.map((one, index) => [
    ...(numbered ? [String(index + 1)] : []),
    ...('latest' in one || 'versions' in one
      ? [one.latest ?? 'yanked', String(one.providers), ago(one.updated), one.publisherState ?? '']
      : ['', '', '', '']),
    one.id,
  ]);
  const columns = [
    ...(numbered ? [{ title: '#', right: true }] : []),
    { title: 'LATEST' },
    { title: 'PEERS', right: true },
    { title: 'UPDATED' },
    { title: 'STATE' },
    { title: 'ID', whole: true },
  ];
  return table(columns, rows, { width, head: (text) => text });
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question, { signal })).trim();
  } finally {
    lines.close();
  }
}
