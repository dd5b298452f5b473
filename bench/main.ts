/**
 * `npm run bench -- [NAME…]`: measures the project's figures, and fails when one clearly misses its goal.
 * `npm run bench -- --against COMMIT [--rounds N] [NAME…]`: compares them with those of another commit.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { TaskError } from '../scripts/lib/run-task.ts';
import { ROOT } from '../scripts/lib/paths.ts';
import { compareWith } from './against/against.ts';
import { line } from './figure.ts';
import type { Measurement } from './figure.ts';
import { MEASUREMENTS } from './measurements.ts';
import { MAX_OTHER_WORK, otherWork } from './other-work.ts';
import { keepResult, REPORT_FILE, reported, sourceOf, thisMachine } from './report.ts';
import type { Failure, Report, ReportedFigure } from './report.ts';
import { inTemporaryFolder, temporaryEnvironment, unlessInterrupted } from './temporary.ts';

const FAILURE_CODE = 2;

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { against: { type: 'string' }, rounds: { type: 'string' } },
  });
  const unknown = positionals.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
  if (unknown.length > 0) {
    throw new TaskError(
      `There is no figure '${unknown.join("', '")}': choose of ${Object.keys(MEASUREMENTS).join(', ')}.`,
    );
  }
  const names = Object.keys(MEASUREMENTS).filter((name) => positionals.length === 0 || positionals.includes(name));
  if (values.against !== undefined) return compareWith(values.against, { root: ROOT, names, rounds: values.rounds });
  if (values.rounds !== undefined) throw new TaskError('--rounds is for --against COMMIT.');
  return inTemporaryFolder((folder, interrupted) => {
    Object.assign(process.env, temporaryEnvironment(folder));
    // What a measurement started ends with this process: see scripts/lib/processes.ts.
    return unlessInterrupted(measureAll(names), interrupted);
  });
}

async function measureAll(names: readonly string[]): Promise<number> {
  const figures: ReportedFigure[] = [];
  const failures: Failure[] = [];
  // One after the other: they would take each other's processor.
  for (const bench of names) {
    for (const measure of (await MEASUREMENTS[bench]?.()) ?? []) {
      try {
        figures.push(...(await measureOne(bench, measure)));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        failures.push({ bench, message });
        console.log(`✘  ${bench} could not be measured: ${message}`);
      }
    }
  }
  if (figures.some((figure) => figure.otherWork > MAX_OTHER_WORK)) {
    console.log('Others kept this machine busy: what is beyond its goal is called undecided.');
  }
  const source = await sourceOf(ROOT);
  await hand({ format: 1, source, machine: thisMachine(), at: new Date().toISOString(), figures, failures });
  return failures.length > 0 || figures.some(({ verdict }) => verdict === 'missed') ? 1 : 0;
}

async function measureOne(bench: string, measure: Measurement): Promise<ReportedFigure[]> {
  const before = await otherWork();
  const figures = await measure();
  const otherLoad = Math.max(before, await otherWork());
  for (const figure of figures) console.log(line(figure, otherLoad > MAX_OTHER_WORK));
  return figures.map((figure) => reported(bench, figure, otherLoad));
}

/** To who asked for the report; else it is kept. */
async function hand(report: Report): Promise<void> {
  const file = process.env[REPORT_FILE];
  if (file !== undefined && file !== '') await writeFile(file, JSON.stringify(report));
  else console.log(`Kept in ${await keepResult('figures', report)}`);
}

/** An error that the caller can correct; its stack is not shown. */
function isUsers(error: unknown): error is Error {
  if (error instanceof TaskError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(isUsers(error) ? error.message : error);
  process.exit(FAILURE_CODE);
}
